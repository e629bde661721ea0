// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import org.viommu.virtqueue.RingFault;

/**
 * Which descriptors of a driver's table are free, and which chains the others form. The identifiers of a packed ring are
 * kept in the same way, one for each chain.
 */
final class DescriptorPool {
    /** The descriptor behind each one, in its chain or in the list of free ones. */
    private final int[] next;

    /** Number of descriptors of the chain that begins here; 0 if none does. */
    private final int[] counts;

    /** Bytes that the device may write into the chain that begins here. */
    private final long[] writable;

    /** The batch in which the chain that begins here was added. */
    private final long[] batches;

    /** Number of the batch that the device does not see yet. */
    private long batch;

    /** Whether chains come back in the order in which they were taken: descriptors are then used in ring order. */
    private final boolean inOrder;

    private int firstFree;
    private int free;

    DescriptorPool(int size, boolean inOrder) {
        this.inOrder = inOrder;
        next = new int[size];
        counts = new int[size];
        writable = new long[size];
        batches = new long[size];
        free = size;
        for (int i = 0; i < size; i++) {
            next[i] = i + 1;
        }
        next[size - 1] = 0;
    }

    int free() {
        return free;
    }

    /** Takes {@code count} (1 to {@link #free()}) descriptors and chains them; returns the first. */
    int take(int count, long writableBytes) {
        int head = firstFree;
        for (int i = 0; i < count; i++) {
            firstFree = next[firstFree];
        }
        free -= count;
        counts[head] = count;
        writable[head] = writableBytes;
        batches[head] = batch;
        return head;
    }

    /** The descriptor behind one in its chain; without meaning for the last. */
    int next(int index) {
        return next[index];
    }

    /** Lets the device have all chains taken so far. */
    void publish() {
        batch++;
    }

    long writable(int head) {
        return writable[head];
    }

    /** Judges what a device says that it has used: a chain that it has, and no more bytes than that has. */
    void checkUsed(long head, long length) throws RingFault {
        if (head >= counts.length || counts[(int) head] == 0 || batches[(int) head] == batch) {
            throw new RingFault(RingFault.Kind.UNKNOWN_USED_ID, head);
        }
        if (length > writable[(int) head]) {
            throw new RingFault(RingFault.Kind.USED_LENGTH_TOO_LARGE, length);
        }
    }

    /** Frees the chain that begins at a descriptor. */
    void giveBack(int head) {
        if (!inOrder) {
            int last = head;
            for (int i = 1; i < counts[head]; i++) {
                last = next[last];
            }
            next[last] = firstFree;
            firstFree = head;
        }
        free += counts[head];
        counts[head] = 0;
    }
}
