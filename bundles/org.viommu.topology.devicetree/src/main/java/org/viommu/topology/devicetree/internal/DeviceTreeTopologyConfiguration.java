// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of a topology source that reads a devicetree. */
@ObjectClassDefinition(
        name = "Viommu devicetree topology",
        description = "Reads the topology of machines from the devicetree blob that their guests boot with.")
@interface DeviceTreeTopologyConfiguration {
    /** The factory PID. */
    String PID = "org.viommu.topology.devicetree";

    @AttributeDefinition(description = "Names of the machines that the blob describes.")
    String[] machine();

    @AttributeDefinition(description = "Path of the blob. It is read when the configuration is set.")
    String file();
}
