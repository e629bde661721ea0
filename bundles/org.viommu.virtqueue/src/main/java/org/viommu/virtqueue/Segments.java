// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import java.util.Arrays;
import java.util.Objects;

/**
 * The pieces of one part of a chain, readable or writable, seen as one run of bytes.
 *
 * <p>It remembers the segment that was used last, so that walking through a chain of any framing costs one step for
 * each segment.
 */
final class Segments {
    private static final int USUAL = 8;

    /** Address and length of each segment, in alternation. */
    private long[] pieces = new long[2 * USUAL];

    private int count;
    private long total;

    private int current;

    /** Offset of the first byte of the current segment, and of the first byte behind it. */
    private long from;

    private long to;

    /** What turns the offset of a byte of the current segment into its address. */
    private long shift;

    void clear() {
        count = 0;
        total = 0;
        from = 0;
        to = 0;
    }

    /** Adds {@code length} (unsigned, not 0) bytes at an address behind the present ones. */
    void add(long address, int length) {
        int at = 2 * count++;
        if (at == pieces.length) {
            pieces = Arrays.copyOf(pieces, 2 * at);
        }
        long bytes = Integer.toUnsignedLong(length);
        pieces[at] = address;
        pieces[at + 1] = bytes;
        if (at == 0) {
            current = 0;
            to = bytes;
            shift = address;
        }
        total += bytes;
    }

    /** Bytes of all segments together. */
    long total() {
        return total;
    }

    /**
     * Goes to the segment with the byte at an offset; returns whether it holds {@code length} (at least 1) bytes from
     * there on.
     *
     * @throws IndexOutOfBoundsException if the segments do not hold that many bytes together
     */
    boolean holds(long offset, int length) {
        return isCurrent(offset, length) || find(offset, length);
    }

    /** The address of a byte of the segment found last. */
    long address(long offset) {
        return shift + offset;
    }

    /** Goes to the segment with the byte at an offset below {@link #total()}; returns the address of that byte. */
    long seek(long offset) {
        if (offset < from) {
            go(0, 0);
        }
        while (offset >= to) {
            go(current + 1, to);
        }
        return shift + offset;
    }

    /** Bytes from the offset given to {@link #seek} last to the end of its segment. */
    long rest(long offset) {
        return to - offset;
    }

    private boolean isCurrent(long offset, int length) {
        return offset >= from && offset <= to - length;
    }

    private boolean find(long offset, int length) {
        Objects.checkFromIndexSize(offset, length, total);
        seek(offset);
        return isCurrent(offset, length);
    }

    private void go(int segment, long offset) {
        current = segment;
        from = offset;
        to = offset + pieces[2 * segment + 1];
        shift = pieces[2 * segment] - offset;
    }
}
