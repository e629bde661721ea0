// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.memory.MemoryAccess.Visitor;

/**
 * One buffer that a driver has made available, as its device sees it: a readable part followed by a writable part. How
 * the driver has cut the parts into descriptors does not show (virtio 1.4, 2.7.4): offsets run over each part as a
 * whole.
 *
 * <p>A device makes as many chains as it serves at a time and lets {@link DeviceQueue#pop} fill them again and again; a
 * chain in use allocates nothing. Offsets are in bytes, values are little-endian. An operation beyond the end of a part
 * is a defect of the device and throws {@link IndexOutOfBoundsException}; so check {@link #readableLength()} and {@link
 * #writableLength()} first. Memory that cannot be accessed is the driver's mistake about this one buffer and throws
 * {@link AccessFault}; the queue stays usable.
 *
 * <p>Confined to the thread that serves the queue. Each operation brackets its accesses itself; a device that makes
 * many enters the queue's {@link MemoryAccess} around them.
 */
public final class Chain {
    /** What a chain may hold at most, in bytes (virtio 1.4, 2.7.5). */
    private static final long MAX_LENGTH = 1L << 32;

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(4096).asReadOnlyBuffer();

    private final Segments readable = new Segments();
    private final Segments writable = new Segments();
    private final ByteBuffer zeros = ZEROS.duplicate();
    private final Shift shift = new Shift();
    private MemoryAccess access;
    private int id;
    private int position;
    private int slots = 1;

    /** Whether a writable piece has come, be it an empty one. */
    private boolean inWritablePart;

    /** Creates an empty chain. */
    public Chain() {}

    /**
     * Forgets everything and begins a new chain. For implementations of {@link DeviceQueue} and for tests of devices.
     *
     * @param access the way to the buffers
     * @param id by which the queue knows the chain
     */
    public void begin(MemoryAccess access, int id) {
        if (this.access != access) {
            // The usual chain stays with one queue; the collector's barrier behind the store would cost more than the
            // comparison.
            this.access = access;
        }
        this.id = id;
        slots = 1;
        inWritablePart = false;
        readable.clear();
        writable.clear();
    }

    /**
     * Says by which the queue knows the chain, for one that does so only at the chain's end. For implementations of
     * {@link DeviceQueue}.
     *
     * @param id for the driver
     * @param position where the queue has found the chain
     * @param slots entries of the ring that the chain takes
     */
    public void identify(int id, int position, int slots) {
        this.id = id;
        this.position = position;
        this.slots = slots;
    }

    /**
     * Adds a piece of memory at the end. For implementations of {@link DeviceQueue} and for tests of devices.
     *
     * @param address of the first byte, unsigned
     * @param length in bytes, unsigned; 0 adds nothing
     * @param deviceWritable whether the device writes the piece; it reads it otherwise
     * @throws RingFault if a readable piece follows a writable one or the chain gets longer than 2^32 bytes
     */
    public void append(long address, int length, boolean deviceWritable) throws RingFault {
        if (inWritablePart && !deviceWritable) {
            throw new RingFault(RingFault.Kind.READABLE_AFTER_WRITABLE, address);
        }
        inWritablePart = deviceWritable;
        long together = readable.total() + writable.total() + Integer.toUnsignedLong(length);
        if (together > MAX_LENGTH) {
            throw new RingFault(RingFault.Kind.CHAIN_TOO_LARGE, together);
        }
        if (length != 0) {
            (deviceWritable ? writable : readable).add(address, length);
        }
    }

    /**
     * By which the queue knows the chain.
     *
     * @return the buffer identifier; for a split ring the index of the first descriptor
     */
    public int id() {
        return id;
    }

    /**
     * Where the queue has found the chain. For implementations of {@link DeviceQueue}.
     *
     * @return what {@link #identify} said last
     */
    public int position() {
        return position;
    }

    /**
     * Entries of the ring that the chain takes, in a layout where they count. For implementations of {@link
     * DeviceQueue}.
     *
     * @return what {@link #identify} said, or 1
     */
    public int slots() {
        return slots;
    }

    /**
     * Bytes that the device may read.
     *
     * @return 0 to 2^32
     */
    public long readableLength() {
        return readable.total();
    }

    /**
     * Bytes that the device may write.
     *
     * @return 0 to 2^32
     */
    public long writableLength() {
        return writable.total();
    }

    /**
     * Reads one byte of the readable part.
     *
     * @param offset where
     * @return the byte
     * @throws AccessFault if it cannot be read
     */
    public byte readByte(long offset) throws AccessFault {
        readable.holds(offset, Byte.BYTES);
        return access.getByte(readable.address(offset));
    }

    /**
     * Reads a 16-bit value of the readable part.
     *
     * @param offset of its first byte
     * @return the value
     * @throws AccessFault if it cannot be read
     */
    public short readShort(long offset) throws AccessFault {
        return readable.holds(offset, Short.BYTES)
                ? access.getShort(readable.address(offset))
                : (short) gather(offset, Short.BYTES);
    }

    /**
     * Reads a 32-bit value of the readable part.
     *
     * @param offset of its first byte
     * @return the value
     * @throws AccessFault if it cannot be read
     */
    public int readInt(long offset) throws AccessFault {
        return readable.holds(offset, Integer.BYTES)
                ? access.getInt(readable.address(offset))
                : (int) gather(offset, Integer.BYTES);
    }

    /**
     * Reads a 64-bit value of the readable part.
     *
     * @param offset of its first byte
     * @return the value
     * @throws AccessFault if it cannot be read
     */
    public long readLong(long offset) throws AccessFault {
        return readable.holds(offset, Long.BYTES)
                ? access.getLong(readable.address(offset))
                : gather(offset, Long.BYTES);
    }

    /**
     * Copies from the readable part until a buffer is full.
     *
     * @param offset of the first byte
     * @param target receives {@code target.remaining()} bytes; its position moves by the bytes transferred
     * @throws AccessFault if a byte cannot be read
     */
    public void read(long offset, ByteBuffer target) throws AccessFault {
        Objects.checkFromIndexSize(offset, target.remaining(), readable.total());
        int limit = target.limit();
        try {
            for (long at = offset; target.position() < limit; ) {
                long address = readable.seek(at);
                int length = (int) Math.min(limit - target.position(), readable.rest(at));
                access.read(address, target.limit(target.position() + length));
                at += length;
            }
        } finally {
            target.limit(limit);
        }
    }

    /**
     * Writes one byte of the writable part.
     *
     * @param offset where
     * @param value the byte
     * @throws AccessFault if it cannot be written
     */
    public void writeByte(long offset, byte value) throws AccessFault {
        writable.holds(offset, Byte.BYTES);
        access.putByte(writable.address(offset), value);
    }

    /**
     * Writes a 16-bit value of the writable part.
     *
     * @param offset of its first byte
     * @param value the value
     * @throws AccessFault if it cannot be written
     */
    public void writeShort(long offset, short value) throws AccessFault {
        if (writable.holds(offset, Short.BYTES)) {
            access.putShort(writable.address(offset), value);
        } else {
            scatter(offset, Short.BYTES, value);
        }
    }

    /**
     * Writes a 32-bit value of the writable part.
     *
     * @param offset of its first byte
     * @param value the value
     * @throws AccessFault if it cannot be written
     */
    public void writeInt(long offset, int value) throws AccessFault {
        if (writable.holds(offset, Integer.BYTES)) {
            access.putInt(writable.address(offset), value);
        } else {
            scatter(offset, Integer.BYTES, value);
        }
    }

    /**
     * Writes a 64-bit value of the writable part.
     *
     * @param offset of its first byte
     * @param value the value
     * @throws AccessFault if it cannot be written
     */
    public void writeLong(long offset, long value) throws AccessFault {
        if (writable.holds(offset, Long.BYTES)) {
            access.putLong(writable.address(offset), value);
        } else {
            scatter(offset, Long.BYTES, value);
        }
    }

    /**
     * Copies a buffer into the writable part until it is drained.
     *
     * @param offset of the first byte
     * @param source gives {@code source.remaining()} bytes; its position moves by the bytes transferred
     * @throws AccessFault if a byte cannot be written
     */
    public void write(long offset, ByteBuffer source) throws AccessFault {
        Objects.checkFromIndexSize(offset, source.remaining(), writable.total());
        int limit = source.limit();
        try {
            for (long at = offset; source.position() < limit; ) {
                long address = writable.seek(at);
                int length = (int) Math.min(limit - source.position(), writable.rest(at));
                access.write(address, source.limit(source.position() + length));
                at += length;
            }
        } finally {
            source.limit(limit);
        }
    }

    /**
     * Fills a range of the writable part with zeros.
     *
     * @param offset of the first byte
     * @param length in bytes
     * @throws AccessFault if a byte cannot be written
     */
    public void zero(long offset, long length) throws AccessFault {
        Objects.checkFromIndexSize(offset, length, writable.total());
        for (long done = 0; done < length; ) {
            int size = (int) Math.min(length - done, zeros.capacity());
            write(offset + done, zeros.position(0).limit(size));
            done += size;
        }
    }

    /**
     * Shows a range of the readable part piece by piece without copying it.
     *
     * @param offset of the first byte
     * @param length in bytes
     * @param visitor receives read-only pieces in ascending order, with their distance from {@code offset}
     * @throws AccessFault if a byte cannot be read; pieces below it have been visited
     */
    public void visitReadable(long offset, long length, Visitor visitor) throws AccessFault {
        visit(readable, offset, length, Direction.READ, visitor);
    }

    /**
     * Shows a range of the writable part piece by piece, for the visitor to fill. The visitor does not read what it has
     * not written (virtio 1.4, 2.7.5.1).
     *
     * @param offset of the first byte
     * @param length in bytes
     * @param visitor receives the pieces in ascending order, with their distance from {@code offset}
     * @throws AccessFault if a byte cannot be written; pieces below it have been visited
     */
    public void visitWritable(long offset, long length, Visitor visitor) throws AccessFault {
        visit(writable, offset, length, Direction.WRITE, visitor);
    }

    private void visit(Segments part, long offset, long length, Direction direction, Visitor visitor)
            throws AccessFault {
        Objects.checkFromIndexSize(offset, length, part.total());
        for (long done = 0; done < length; ) {
            long address = part.seek(offset + done);
            long size = Math.min(length - done, part.rest(offset + done));
            shift.visit(access, address, size, direction, done, visitor);
            done += size;
        }
    }

    /** Reads a value that several segments hold. */
    private long gather(long offset, int length) throws AccessFault {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (access.getByte(readable.seek(offset + i)) & 0xffL) << Byte.SIZE * i;
        }
        return value;
    }

    private void scatter(long offset, int length, long value) throws AccessFault {
        for (int i = 0; i < length; i++) {
            access.putByte(writable.seek(offset + i), (byte) (value >>> Byte.SIZE * i));
        }
    }

    /** Hands pieces of a segment on with their distance from where the whole visit began; made once for each chain. */
    private static final class Shift implements Visitor {
        private long distance;
        private Visitor target;

        void visit(MemoryAccess access, long address, long length, Direction direction, long distance, Visitor target)
                throws AccessFault {
            // The visitor may itself visit a part of the chain.
            long outerDistance = this.distance;
            Visitor outerTarget = this.target;
            this.distance = distance;
            this.target = target;
            try {
                access.visit(address, length, direction, this);
            } finally {
                this.distance = outerDistance;
                this.target = outerTarget;
            }
        }

        @Override
        public void visit(ByteBuffer piece, long offset) {
            target.visit(piece, distance + offset);
        }
    }
}
