// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import java.util.Arrays;

/**
 * The pieces of one part of a chain, readable or writable, seen as one run of bytes.
 *
 * <p>It remembers the segment that was used last, so that walking through a chain of any framing costs one step for each segment.
 */
final class Segments {
    private static final int USUAL = 8;

    private long[] addresses = new long[USUAL];
    private int[] lengths = new int[USUAL];
    private int count;
    private long total;

    private int current;

    /** Offset of the first byte of the current segment. */
    private long base;

    void clear() {
        count = 0;
        total = 0;
        current = 0;
        base = 0;
    }

    /** Adds {@code length} (unsigned, not 0) bytes at an address behind the present ones. */
    void add(long address, int length) {
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        addresses[count] = address;
        lengths[count] = length;
        count++;
        total += Integer.toUnsignedLong(length);
    }

    /** Bytes of all segments together. */
    long total() {
        return total;
    }

    /** Goes to the segment with the byte at an offset below {@link #total()}; returns the address of that byte. */
    long seek(long offset) {
        if (offset < base) {
            current = 0;
            base = 0;
        }
        while (offset - base >= Integer.toUnsignedLong(lengths[current])) {
            base += Integer.toUnsignedLong(lengths[current]);
            current++;
        }
        return addresses[current] + (offset - base);
    }

    /** Bytes from the offset given to {@link #seek} last to the end of its segment. */
    long rest(long offset) {
        return base + Integer.toUnsignedLong(lengths[current]) - offset;
    }
}
