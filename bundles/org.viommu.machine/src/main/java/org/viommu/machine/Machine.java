// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** A configured machine, registered as a service with the property {@link #NAME}. Thread-safe. */
@ProviderType
public interface Machine {
    /** Service property: name of the machine. */
    String NAME = "viommu.machine";

    /**
     * Name of the machine.
     *
     * @return the value of {@link #NAME}
     */
    String name();

    /**
     * Its functions and how they are.
     *
     * @return one entry for each configured function, in the order of the configuration
     */
    List<FunctionStatus> functions();
}
