// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.concurrent.atomic.AtomicLongArray;

/** How many chains a device has taken from each of its queues since it was built. Counted by the thread that serves the queues; any thread may ask. */
final class ChainCounters {
    private final AtomicLongArray taken;

    ChainCounters(int queues) {
        taken = new AtomicLongArray(queues);
    }

    /** Counts. One thread at a time. */
    void add(int queue, int count) {
        taken.setOpaque(queue, taken.getPlain(queue) + count);
    }

    long taken(int queue) {
        return taken.getOpaque(queue);
    }
}
