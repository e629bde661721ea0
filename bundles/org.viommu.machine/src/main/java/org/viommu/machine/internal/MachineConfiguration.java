// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of one virtual machine. */
@ObjectClassDefinition(
        name = "Viommu machine",
        description = "One virtual machine: which devices it has, and where its VMM finds them.")
@interface MachineConfiguration {
    /** The factory PID. */
    String PID = "org.viommu.machine";

    @AttributeDefinition(
            description = "Name of the machine. Devices, endpoints and topology sources say the same name.")
    String name();

    @AttributeDefinition(
            description =
                    "The PCI functions, each as NAME=ADDRESS=SOCKET: name of the device, its PCI address in the guest, "
                            + "and the path of the UNIX socket on which it is offered to the VMM. "
                            + "Those that are added or taken away while the machine runs do not disturb the others.")
    String[] functions() default {};
}
