// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.nio.ByteBuffer;
import org.viommu.virtqueue.SplitLayout;

/**
 * Adds pairs and takes used chains back, many at a time, in a ring that lies in one buffer and is not given back in order.
 * What is wrong it leaves to {@link SplitDriverQueue} to judge, and everything behind that.
 *
 * <p>Each way is one loop with all in locals: what the compiler knows of them then holds for all chains.
 */
final class SplitBatches {
    private final SplitRing ring;
    private final DescriptorPool descriptors;

    SplitBatches(SplitRing ring, DescriptorPool descriptors) {
        this.ring = ring;
        this.descriptors = descriptors;
    }

    /** Whether the ring lies in one buffer, in the present view of memory. */
    boolean possible() {
        return ring.whole() != null;
    }

    /** Adds up to {@code count} pairs, the first with an available index; returns how many. */
    int add(int added, long[] pairs, int count, int[] ids) {
        ByteBuffer bytes = ring.whole();
        DescriptorPool descriptors = this.descriptors;
        int table = ring.table();
        int heads = ring.heads() + SplitLayout.AVAILABLE_HEADS;
        int mask = ring.size() - 1;
        int fit = Math.min(count, descriptors.free() / 2);
        for (int i = 0; i < fit; i++) {
            int at = i * Pieces.PAIR;
            long readableLength = pairs[at + 1];
            long writableLength = pairs[at + 3];
            if (!Pieces.isPair(readableLength, writableLength)) {
                return i;
            }
            int head = descriptors.take(2, writableLength);
            int next = descriptors.next(head);
            int first = table + head * SplitLayout.DESCRIPTOR_SIZE;
            int second = table + next * SplitLayout.DESCRIPTOR_SIZE;
            long tail = SplitRing.tail((int) readableLength, SplitLayout.FLAG_NEXT, next);
            long end = SplitRing.tail((int) writableLength, SplitLayout.FLAG_WRITE, 0);
            bytes.putLong(first + SplitLayout.DESCRIPTOR_ADDRESS, pairs[at]);
            bytes.putLong(first + SplitLayout.DESCRIPTOR_LENGTH, tail);
            bytes.putLong(second + SplitLayout.DESCRIPTOR_ADDRESS, pairs[at + 2]);
            bytes.putLong(second + SplitLayout.DESCRIPTOR_LENGTH, end);
            bytes.putShort(heads + (added + i & mask) * SplitLayout.AVAILABLE_HEAD_SIZE, (short) head);
            ids[i] = head;
        }
        return fit;
    }

    /** Takes up to {@code ready} used chains, the first with a used index; returns how many. */
    int take(int polled, int ready, int[] ids, long[] lengths) {
        ByteBuffer bytes = ring.whole();
        DescriptorPool descriptors = this.descriptors;
        int elements = ring.elements() + SplitLayout.USED_ELEMENTS;
        int mask = ring.size() - 1;
        for (int i = 0; i < ready; i++) {
            long element = bytes.getLong(elements + (polled + i & mask) * SplitLayout.USED_ELEMENT_SIZE);
            long id = SplitRing.usedId(element);
            long length = SplitRing.usedLength(element);
            if (!descriptors.mayBeUsed(id, length)) {
                return i;
            }
            descriptors.giveBack((int) id);
            ids[i] = (int) id;
            lengths[i] = length;
        }
        return ready;
    }
}
