// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

/** Which descriptors of a driver's table are free, and which chains the others form. */
final class DescriptorPool {
    /** The descriptor behind each one, in its chain or in the list of free ones. */
    private final int[] next;

    /** Number of descriptors of the chain that begins here; 0 if none does. */
    private final int[] counts;

    /** Bytes that the device may write into the chain that begins here. */
    private final long[] writable;

    private int firstFree;
    private int free;

    DescriptorPool(int size) {
        next = new int[size];
        counts = new int[size];
        writable = new long[size];
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
        return head;
    }

    /** The descriptor behind one in its chain; without meaning for the last. */
    int next(int index) {
        return next[index];
    }

    boolean taken(int head) {
        return counts[head] != 0;
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
