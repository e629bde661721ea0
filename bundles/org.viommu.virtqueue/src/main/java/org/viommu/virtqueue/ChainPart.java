// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.memory.MemoryAccess.Visitor;
import org.viommu.memory.Window;

/**
 * One part of a chain, readable or writable: its segments, seen as one run of bytes.
 *
 * <p>The first segment usually lies in one window of memory, and is reached there without a look-up for each value. For
 * the others the part remembers the segment that was used last, so that walking through a chain of any framing costs one
 * step for each segment.
 */
final class ChainPart {
    private static final int USUAL = 8;
    private static final int NO_SEGMENT = -1;

    private final Direction direction;
    private final Shift shift = new Shift();
    private MemoryAccess access;

    /** The window in which the first segment was found, or one that held another. May be null. */
    private Window window;

    /** How many of the part's first bytes the window holds, and where it has the first. */
    private int direct;

    private int base;

    /** Address and length of each segment, in alternation. */
    private long[] pieces = new long[2 * USUAL];

    private int count;
    private long total;

    /** The segment used last; offset of its first byte, and of the first byte behind it. */
    private int current;

    private long from;
    private long to;

    /** What turns the offset of a byte of the current segment into its address. */
    private long distance;

    ChainPart(Direction direction) {
        this.direction = direction;
    }

    /** Forgets all segments. */
    void begin(MemoryAccess next) {
        if (access != next) {
            // The usual chain stays with one queue; the collector's barrier behind the store would cost more than the
            // comparison.
            access = next;
        }
        count = 0;
        total = 0;
        direct = 0;
    }

    /** Adds {@code length} (unsigned, not 0) bytes at an address behind the present ones. */
    void add(long address, int length) {
        long bytes = Integer.toUnsignedLong(length);
        int at = 2 * count++;
        if (at == 0) {
            current = NO_SEGMENT;
            reach(address, bytes);
        } else if (at == pieces.length) {
            pieces = Arrays.copyOf(pieces, 2 * at);
        }
        pieces[at] = address;
        pieces[at + 1] = bytes;
        total += bytes;
    }

    /** Bytes of all segments together. */
    long total() {
        return total;
    }

    byte getByte(long offset) throws AccessFault {
        if (isDirect(offset, Byte.BYTES)) {
            return window.bytes().get(base + (int) offset);
        }
        find(offset, Byte.BYTES);
        return access.getByte(distance + offset);
    }

    short getShort(long offset) throws AccessFault {
        if (isDirect(offset, Short.BYTES)) {
            return window.bytes().getShort(base + (int) offset);
        }
        return find(offset, Short.BYTES) ? access.getShort(distance + offset) : (short) gather(offset, Short.BYTES);
    }

    int getInt(long offset) throws AccessFault {
        if (isDirect(offset, Integer.BYTES)) {
            return window.bytes().getInt(base + (int) offset);
        }
        return find(offset, Integer.BYTES) ? access.getInt(distance + offset) : (int) gather(offset, Integer.BYTES);
    }

    long getLong(long offset) throws AccessFault {
        if (isDirect(offset, Long.BYTES)) {
            return window.bytes().getLong(base + (int) offset);
        }
        return find(offset, Long.BYTES) ? access.getLong(distance + offset) : gather(offset, Long.BYTES);
    }

    void putByte(long offset, byte value) throws AccessFault {
        if (isDirect(offset, Byte.BYTES)) {
            window.bytes().put(base + (int) offset, value);
        } else {
            find(offset, Byte.BYTES);
            access.putByte(distance + offset, value);
        }
    }

    void putShort(long offset, short value) throws AccessFault {
        if (isDirect(offset, Short.BYTES)) {
            window.bytes().putShort(base + (int) offset, value);
        } else if (find(offset, Short.BYTES)) {
            access.putShort(distance + offset, value);
        } else {
            scatter(offset, Short.BYTES, value);
        }
    }

    void putInt(long offset, int value) throws AccessFault {
        if (isDirect(offset, Integer.BYTES)) {
            window.bytes().putInt(base + (int) offset, value);
        } else if (find(offset, Integer.BYTES)) {
            access.putInt(distance + offset, value);
        } else {
            scatter(offset, Integer.BYTES, value);
        }
    }

    void putLong(long offset, long value) throws AccessFault {
        if (isDirect(offset, Long.BYTES)) {
            window.bytes().putLong(base + (int) offset, value);
        } else if (find(offset, Long.BYTES)) {
            access.putLong(distance + offset, value);
        } else {
            scatter(offset, Long.BYTES, value);
        }
    }

    void read(long offset, ByteBuffer target) throws AccessFault {
        Objects.checkFromIndexSize(offset, target.remaining(), total);
        int limit = target.limit();
        try {
            for (long at = offset; target.position() < limit; ) {
                long address = seek(at);
                int length = (int) Math.min(limit - target.position(), to - at);
                access.read(address, target.limit(target.position() + length));
                at += length;
            }
        } finally {
            target.limit(limit);
        }
    }

    void write(long offset, ByteBuffer source) throws AccessFault {
        Objects.checkFromIndexSize(offset, source.remaining(), total);
        int limit = source.limit();
        try {
            for (long at = offset; source.position() < limit; ) {
                long address = seek(at);
                int length = (int) Math.min(limit - source.position(), to - at);
                access.write(address, source.limit(source.position() + length));
                at += length;
            }
        } finally {
            source.limit(limit);
        }
    }

    void visit(long offset, long length, Visitor visitor) throws AccessFault {
        Objects.checkFromIndexSize(offset, length, total);
        for (long done = 0; done < length; ) {
            long address = seek(offset + done);
            long size = Math.min(length - done, to - (offset + done));
            shift.visit(address, size, done, visitor);
            done += size;
        }
    }

    /** Looks for a window that holds the first segment. */
    private void reach(long address, long length) {
        if (window == null || window.view() != access.view() || !window.holds(address, length)) {
            window = access.window(address, direction);
            if (window == null || !window.holds(address, length)) {
                return;
            }
        }
        base = window.offset(address);
        direct = (int) length;
    }

    private boolean isDirect(long offset, int length) {
        return offset >= 0 && offset <= direct - length && access.view() == window.view();
    }

    /**
     * Goes to the segment with the byte at an offset; returns whether it holds {@code length} (at least 1) bytes from
     * there on.
     *
     * @throws IndexOutOfBoundsException if the segments do not hold that many bytes together
     */
    private boolean find(long offset, int length) {
        Objects.checkFromIndexSize(offset, length, total);
        seek(offset);
        return offset <= to - length;
    }

    /** Goes to the segment with the byte at an offset below {@link #total()}; returns the address of that byte. */
    private long seek(long offset) {
        if (current == NO_SEGMENT || offset < from) {
            go(0, 0);
        }
        while (offset >= to) {
            go(current + 1, to);
        }
        return distance + offset;
    }

    private void go(int segment, long offset) {
        current = segment;
        from = offset;
        to = offset + pieces[2 * segment + 1];
        distance = pieces[2 * segment] - offset;
    }

    /** Reads a value that several segments hold. */
    private long gather(long offset, int length) throws AccessFault {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (access.getByte(seek(offset + i)) & 0xffL) << Byte.SIZE * i;
        }
        return value;
    }

    private void scatter(long offset, int length, long value) throws AccessFault {
        for (int i = 0; i < length; i++) {
            access.putByte(seek(offset + i), (byte) (value >>> Byte.SIZE * i));
        }
    }

    /** Hands pieces of a segment on with their distance from where the whole visit began. */
    private final class Shift implements Visitor {
        private long begin;
        private Visitor target;

        void visit(long address, long length, long begin, Visitor target) throws AccessFault {
            // The visitor may itself visit a part of the chain.
            long outerBegin = this.begin;
            Visitor outerTarget = this.target;
            this.begin = begin;
            this.target = target;
            try {
                access.visit(address, length, direction, this);
            } finally {
                this.begin = outerBegin;
                this.target = outerTarget;
            }
        }

        @Override
        public void visit(ByteBuffer piece, long offset) {
            target.visit(piece, begin + offset);
        }
    }
}
