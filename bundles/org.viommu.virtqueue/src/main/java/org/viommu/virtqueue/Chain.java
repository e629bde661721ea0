// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.memory.MemoryAccess.Visitor;
import org.viommu.memory.Window;

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

    private final ChainPart readable = new ChainPart(Direction.READ);
    private final ChainPart writable = new ChainPart(Direction.WRITE);
    private final ByteBuffer zeros = ZEROS.duplicate();
    private MemoryAccess access;

    /**
     * Where the pieces of a pair lie. It is divided into the parts when an operation first needs them; the lengths are 0
     * from then on, and for any other chain.
     */
    private Window window;

    /** The window's buffer, one step nearer. */
    private ByteBuffer bytes;

    private int requestBase;
    private int requestLength;
    private int answerBase;
    private int answerLength;

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
            this.access = access;
        }
        this.id = id;
        slots = 1;
        requestLength = 0;
        answerLength = 0;
        inWritablePart = false;
        readable.begin(access);
        writable.begin(access);
    }

    /**
     * Says where the pairs that come lie. For implementations of {@link DeviceQueue}, which enter the access before.
     *
     * @param access the way to the buffers
     * @param window of the access's present view, writable
     */
    public void bind(MemoryAccess access, Window window) {
        // References usually stay, and the collector's barrier behind a store would cost more than a comparison.
        if (this.access != access) {
            this.access = access;
        }
        if (this.window != window) {
            this.window = window;
            bytes = window.bytes();
        }
    }

    /**
     * The buffer of the window to which the chain is bound.
     *
     * @return the buffer
     */
    public ByteBuffer bytes() {
        return bytes;
    }

    /**
     * Forgets everything and becomes a pair: one readable and one writable piece, in the window to which the chain is
     * bound. {@link #position()} and {@link #slots()} are not the pair's. For implementations of {@link DeviceQueue}.
     *
     * @param id by which the queue knows the chain
     * @param request where the window's buffer has the readable piece
     * @param requestLength its length in bytes, 1 or more
     * @param answer where the window's buffer has the writable piece
     * @param answerLength its length in bytes, 1 or more
     */
    public void pair(int id, int request, int requestLength, int answer, int answerLength) {
        this.id = id;
        requestBase = request;
        this.requestLength = requestLength;
        answerBase = answer;
        this.answerLength = answerLength;
    }

    /**
     * Ends what {@link #pair} began: the window may be taken away from now on. For implementations of {@link
     * DeviceQueue}, before they exit the access.
     */
    public void release() {
        requestLength = 0;
        answerLength = 0;
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
        return requestLength != 0 ? requestLength : readable.total();
    }

    /**
     * Bytes that the device may write.
     *
     * @return 0 to 2^32
     */
    public long writableLength() {
        return answerLength != 0 ? answerLength : writable.total();
    }

    /**
     * Reads one byte of the readable part.
     *
     * @param offset where
     * @return the byte
     * @throws AccessFault if it cannot be read
     */
    public byte readByte(long offset) throws AccessFault {
        if (inRequest(offset, Byte.BYTES)) {
            return bytes.get(requestBase + (int) offset);
        }
        return readable().getByte(offset);
    }

    /**
     * Reads a 16-bit value of the readable part.
     *
     * @param offset of its first byte
     * @return the value
     * @throws AccessFault if it cannot be read
     */
    public short readShort(long offset) throws AccessFault {
        if (inRequest(offset, Short.BYTES)) {
            return bytes.getShort(requestBase + (int) offset);
        }
        return readable().getShort(offset);
    }

    /**
     * Reads a 32-bit value of the readable part.
     *
     * @param offset of its first byte
     * @return the value
     * @throws AccessFault if it cannot be read
     */
    public int readInt(long offset) throws AccessFault {
        if (inRequest(offset, Integer.BYTES)) {
            return bytes.getInt(requestBase + (int) offset);
        }
        return readable().getInt(offset);
    }

    /**
     * Reads a 64-bit value of the readable part.
     *
     * @param offset of its first byte
     * @return the value
     * @throws AccessFault if it cannot be read
     */
    public long readLong(long offset) throws AccessFault {
        if (inRequest(offset, Long.BYTES)) {
            return bytes.getLong(requestBase + (int) offset);
        }
        return readable().getLong(offset);
    }

    /**
     * Copies from the readable part until a buffer is full.
     *
     * @param offset of the first byte
     * @param target receives {@code target.remaining()} bytes; its position moves by the bytes transferred
     * @throws AccessFault if a byte cannot be read
     */
    public void read(long offset, ByteBuffer target) throws AccessFault {
        readable().read(offset, target);
    }

    /**
     * Writes one byte of the writable part.
     *
     * @param offset where
     * @param value the byte
     * @throws AccessFault if it cannot be written
     */
    public void writeByte(long offset, byte value) throws AccessFault {
        if (inAnswer(offset, Byte.BYTES)) {
            bytes.put(answerBase + (int) offset, value);
        } else {
            writable().putByte(offset, value);
        }
    }

    /**
     * Writes a 16-bit value of the writable part.
     *
     * @param offset of its first byte
     * @param value the value
     * @throws AccessFault if it cannot be written
     */
    public void writeShort(long offset, short value) throws AccessFault {
        if (inAnswer(offset, Short.BYTES)) {
            bytes.putShort(answerBase + (int) offset, value);
        } else {
            writable().putShort(offset, value);
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
        if (inAnswer(offset, Integer.BYTES)) {
            bytes.putInt(answerBase + (int) offset, value);
        } else {
            writable().putInt(offset, value);
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
        if (inAnswer(offset, Long.BYTES)) {
            bytes.putLong(answerBase + (int) offset, value);
        } else {
            writable().putLong(offset, value);
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
        writable().write(offset, source);
    }

    /**
     * Fills a range of the writable part with zeros.
     *
     * @param offset of the first byte
     * @param length in bytes
     * @throws AccessFault if a byte cannot be written
     */
    public void zero(long offset, long length) throws AccessFault {
        Objects.checkFromIndexSize(offset, length, writableLength());
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
        readable().visit(offset, length, visitor);
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
        writable().visit(offset, length, visitor);
    }

    private boolean inRequest(long offset, int length) {
        return offset >= 0 && offset <= requestLength - length;
    }

    private boolean inAnswer(long offset, int length) {
        return offset >= 0 && offset <= answerLength - length;
    }

    private ChainPart readable() {
        divide();
        return readable;
    }

    private ChainPart writable() {
        divide();
        return writable;
    }

    private void divide() {
        if (requestLength != 0) {
            readable.begin(access);
            readable.add(window.start() + requestBase, requestLength);
            writable.begin(access);
            writable.add(window.start() + answerBase, answerLength);
            requestLength = 0;
            answerLength = 0;
        }
    }
}
