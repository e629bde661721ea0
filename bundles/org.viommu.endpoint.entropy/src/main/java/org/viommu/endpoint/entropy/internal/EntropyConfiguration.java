// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of an entropy endpoint. */
@ObjectClassDefinition(
        name = "Viommu entropy endpoint",
        description = "A virtio source of random numbers, for one machine. A change offers it anew, and the "
                + "guest's driver has to start again.")
@interface EntropyConfiguration {
    /** The factory PID. */
    String PID = "org.viommu.endpoint.entropy";

    @AttributeDefinition(description = "Name of the machine that the device belongs to.")
    String machine();

    @AttributeDefinition(description = "Name of the device, unique within its machine.")
    String name();

    @AttributeDefinition(description = "Whether the guest may choose packed virtqueues.")
    boolean packed() default false;

    @AttributeDefinition(description = "Whether the guest may have its buffers given back in order.")
    boolean in__order() default false;
}
