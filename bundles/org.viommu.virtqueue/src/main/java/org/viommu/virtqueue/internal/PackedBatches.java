// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.nio.ByteBuffer;
import org.viommu.virtqueue.PackedLayout;

/**
 * Adds pairs, many at a time, in a ring that lies in one buffer and is not given back in order. What is wrong it leaves to
 * {@link PackedDriverQueue} to judge, and everything behind that.
 */
final class PackedBatches {
    private final PackedRing ring;
    private final DescriptorPool chains;
    private final int[] slots;

    /** Flags of the first descriptor of those that have been added last. */
    private int firstFlags;

    PackedBatches(PackedRing ring, DescriptorPool chains, int[] slots) {
        this.ring = ring;
        this.chains = chains;
        this.slots = slots;
    }

    /** Whether the ring lies in one buffer, in the present view of memory. */
    boolean possible() {
        return ring.whole() != null;
    }

    /**
     * Adds the pairs from one (inclusive) to another (exclusive) at a position, as many as come before the ring's end, where
     * the marks turn over; returns how many.
     *
     * @param withheld whether the flags of the first descriptor are not to be written, but kept for {@link #firstFlags()}
     */
    int add(int position, boolean withheld, long[] pairs, int from, int to, int[] ids) {
        // All in one method and in locals: what the compiler knows of them then holds for all chains.
        ByteBuffer bytes = ring.whole();
        DescriptorPool chains = this.chains;
        int[] slots = this.slots;
        int slot = ring.slot(position);
        int mark = ring.availableMark(position);
        int freeMark = ring.freeMark(position);
        int first = ring.table() + slot * PackedLayout.DESCRIPTOR_SIZE;
        int fit = Math.min(to - from, (ring.size() - slot) / 2);
        for (int i = 0; i < fit; i++) {
            int at = (from + i) * Pieces.PAIR;
            long readableLength = pairs[at + 1];
            long writableLength = pairs[at + 3];
            if (!Pieces.isPair(readableLength, writableLength)) {
                return i;
            }
            int id = chains.take(1, writableLength);
            slots[id] = 2;
            int flags = PackedLayout.FLAG_NEXT | mark;
            if (withheld) {
                withheld = false;
                firstFlags = flags;
                flags = freeMark;
            }
            int second = first + PackedLayout.DESCRIPTOR_SIZE;
            long tail = PackedRing.tail((int) readableLength, id, flags);
            long end = PackedRing.tail((int) writableLength, id, PackedLayout.FLAG_WRITE | mark);
            bytes.putLong(first + PackedLayout.DESCRIPTOR_ADDRESS, pairs[at]);
            bytes.putLong(first + PackedLayout.DESCRIPTOR_LENGTH, tail);
            bytes.putLong(second + PackedLayout.DESCRIPTOR_ADDRESS, pairs[at + 2]);
            bytes.putLong(second + PackedLayout.DESCRIPTOR_LENGTH, end);
            ids[from + i] = id;
            first = second + PackedLayout.DESCRIPTOR_SIZE;
        }
        return fit;
    }

    /** The flags that have been withheld last. */
    int firstFlags() {
        return firstFlags;
    }
}
