// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of a topology source that reads an ACPI table. */
@ObjectClassDefinition(
        name = "Viommu ACPI topology",
        description = "Reads the topology of machines from the VIOT that their guests boot with.")
@interface AcpiTopologyConfiguration {
    /** The factory PID. */
    String PID = "org.viommu.topology.acpi";

    @AttributeDefinition(description = "Names of the machines that the table describes.")
    String[] machine();

    @AttributeDefinition(description = "Path of the table. It is read when the configuration is set.")
    String file();
}
