// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

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

    private int firstFree;
    private int free;

    DescriptorPool(int size) {
        next = new int[size];
        counts = new int[size];
        writable = new long[size];
        batches = new long[size];
        free = size;
        for (int i = 0; i < size; i++) {
            next[i] = i + 1;
        }
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

    /** Whether a chain begins at a descriptor and the device has it. */
    boolean handedOut(int head) {
        return counts[head] != 0 && batches[head] != batch;
    }

    long writable(int head) {
        return writable[head];
    }

    /** Frees the chain that begins at a descriptor. */
    void giveBack(int head) {
        int last = head;
        for (int i = 1; i < counts[head]; i++) {
            last = next[last];
        }
        next[last] = firstFree;
        firstFree = head;
        free += counts[head];
        counts[head] = 0;
    }
}
