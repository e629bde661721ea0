// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.util.Arrays;

/**
 * Hands out I/O virtual addresses as Linux does it for a PCI device: aligned to their size, from the top of the 32-bit space downwards, then from the top of a
 * 47-bit space, and ranges that were given back first, the last one before the others.
 */
final class IovaAllocator {
    static final long PAGE = 0x1000;

    private static final long TOP_32 = 1L << 32;
    private static final long BOTTOM_32 = 1L << 20;
    private static final long TOP_47 = 1L << 47;

    /** By the binary logarithm of the size in pages. */
    private final LongStack[] free = {
        new LongStack(), new LongStack(), new LongStack(), new LongStack(), new LongStack()
    };

    private long low = TOP_32;
    private long high = TOP_47;

    /** The first address of a range of 2^order pages. */
    long allocate(int order) {
        if (!free[order].isEmpty()) {
            return free[order].pop();
        }
        long size = PAGE << order;
        long start = low - size & -size;
        if (start >= BOTTOM_32) {
            low = start;
            return start;
        }
        high = high - size & -size;
        return high;
    }

    void release(long start, int order) {
        free[order].push(start);
    }

    /** The lowest addresses handed out below 2^32, and above; the top of the window if there is none. */
    long lowestBelow32() {
        return low;
    }

    long lowestAbove32() {
        return high;
    }

    private static final class LongStack {
        private long[] values = new long[64];
        private int size;

        boolean isEmpty() {
            return size == 0;
        }

        void push(long value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        long pop() {
            return values[--size];
        }
    }
}
