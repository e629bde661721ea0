// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.viommu.virtqueue.RingFault;

/** Counts why a device needed a reset, from its construction on. Thread-safe. */
public final class DeviceFaults {
    private final AtomicLongArray rings = new AtomicLongArray(RingFault.Kind.values().length);
    private final AtomicLong defects = new AtomicLong();
    private volatile Breakdown last = Breakdown.NONE;

    DeviceFaults() {}

    /**
     * Rings that broke the rules: the driver's mistakes.
     *
     * @param kind of the mistake
     * @return how many, at least 0
     */
    public long ringFaults(RingFault.Kind kind) {
        return rings.get(kind.ordinal());
    }

    /**
     * Exceptions that the device type threw: its own defects.
     *
     * @return how many, at least 0
     */
    public long defects() {
        return defects.get();
    }

    /** The last one, whether it has been got over by a reset or not. */
    Breakdown last() {
        return last;
    }

    void count(int queue, RingFault fault) {
        rings.incrementAndGet(fault.kind().ordinal());
        last = new Breakdown(queue, fault.getMessage());
    }

    void countDefect(int queue, Throwable defect) {
        defects.incrementAndGet();
        last = new Breakdown(queue, "a defect: " + defect);
    }
}
