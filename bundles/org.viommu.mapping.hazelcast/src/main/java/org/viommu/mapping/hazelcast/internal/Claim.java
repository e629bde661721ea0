// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import com.hazelcast.map.EntryProcessor;
import java.util.Map;

/** Makes the caller the owner of a device as it is; returns its epoch. */
final class Claim implements EntryProcessor<String, SharedDevice, Long> {
    private static final long serialVersionUID = 1L;

    private final int mark;

    /**
     * A claim.
     *
     * @param mark at least 0; tells two owners apart that claim the device in two parts of a divided cluster
     */
    Claim(int mark) {
        this.mark = mark;
    }

    @Override
    public Long process(Map.Entry<String, SharedDevice> entry) {
        SharedDevice device = entry.getValue() == null ? new SharedDevice() : entry.getValue();
        long epoch = device.claim(mark);
        entry.setValue(device);
        return epoch;
    }
}
