// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine;

import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /**
     * What an operator sees of a function. Neither stops nor slows it.
     *
     * @param function name of the device
     * @return empty if there is no such function or it is not offered
     */
    Optional<FunctionView> view(String function);

    /**
     * Saves functions, be they in the middle of traffic; they stand still meanwhile. A guest that runs on changes its
     * memory, so that only the state of a guest that its VMM has stopped can be restored later.
     *
     * @param functions names of devices
     * @return their states
     * @throws IllegalArgumentException if one of the functions does not exist
     * @throws IllegalStateException if one is not offered or cannot be saved now
     */
    SavedMachine save(Set<String> functions);

    /**
     * Lets functions go on where others stood, which do not go on themselves. The guest's memory, which the VMM has
     * given already, holds what it held when they were saved. If one function cannot go on, none does.
     *
     * @param functions their states, of this machine or another one
     * @throws IllegalArgumentException if one of the functions does not exist or cannot come to stand so, naming it and
     *     where in the bytes of the {@link SavedMachine} its state is
     * @throws IllegalStateException if one is not offered, has no memory or is not as after a reset
     */
    void restore(List<SavedFunction> functions);
}
