// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of a block endpoint. */
@ObjectClassDefinition(
        name = "Viommu block endpoint",
        description = "A virtio disk over a file, for one machine. Unless a key says otherwise, its change offers the "
                + "disk anew, and the guest's driver has to start again.")
@interface BlockConfiguration {
    /** The factory PID. */
    String PID = "org.viommu.endpoint.block";

    @AttributeDefinition(description = "Name of the machine that the disk belongs to.")
    String machine();

    @AttributeDefinition(description = "Name of the disk, unique within its machine.")
    String name();

    @AttributeDefinition(
            description = "Path of a file or host block device; its size is a positive multiple of 512 bytes.")
    String file();

    @AttributeDefinition(description = "Whether the guest may only read.")
    boolean read$_$only() default false;

    @AttributeDefinition(description = "Serial number, at most 20 ASCII characters; the name of the disk if empty.")
    String serial() default "";

    @AttributeDefinition(
            description = "How long the disk may watch its queue for the next request before it sleeps, "
                    + "in nanoseconds; 0 to sleep at once. It watches for less while that does not pay. "
                    + "Can be changed while the guest runs.",
            min = "0",
            max = "1000000000")
    int poll$_$max$_$ns() default 50_000;

    @AttributeDefinition(description = "Whether the guest may choose packed virtqueues.")
    boolean packed() default false;

    @AttributeDefinition(description = "Whether the guest may have its buffers given back in order.")
    boolean in__order() default false;
}
