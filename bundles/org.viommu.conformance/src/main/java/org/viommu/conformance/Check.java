// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.util.function.Function;

/**
 * Finds out whether a device fulfils a requirement.
 *
 * @param requirement which one
 * @param procedure examines the device behind a port and leaves it in any state
 */
public record Check(Requirement requirement, Function<DevicePort, Result> procedure) {
    /**
     * Examines a device.
     *
     * @param port the way to it; what the check leaves behind is undone by the next {@link DevicePort#start}
     * @return what was found
     */
    public Result run(DevicePort port) {
        return procedure.apply(port);
    }
}
