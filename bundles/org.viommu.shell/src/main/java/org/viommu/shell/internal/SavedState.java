// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import org.viommu.machine.SavedFunction;

/**
 * A line of what was saved or restored.
 *
 * @param device machine and name
 * @param type what the device is
 * @param bytes of its state
 */
public record SavedState(String device, String type, int bytes) {

    static List<SavedState> of(String machine, List<SavedFunction> functions) {
        return functions.stream()
                .map(it -> new SavedState(
                        machine + "/" + it.name(),
                        DeviceTypes.name(it.deviceId()),
                        it.state().remaining()))
                .toList();
    }
}
