// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import org.viommu.mapping.DeviceRecord;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.RecordFault;
import org.viommu.mapping.RecordingStore;

/**
 * A store whose medium cannot be used. Each device that would use it says so and stays in another one, which is how operators learn of it.
 *
 * @param name the store's short name
 * @param problem in one line
 */
record UnusableStore(String name, String problem) implements RecordingStore {
    @Override
    public DeviceRecord record(String device) {
        throw new RecordFault(problem, null);
    }

    @Override
    public MappingTable open(String device, int domain) {
        throw new RecordFault(problem, null);
    }
}
