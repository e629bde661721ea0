// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.nio.ByteBuffer;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;

/** The machine's memory, reached by qtest; its guest-physical addresses begin at 0. */
final class QtestMemory implements MemoryAccess {
    private final Qtest qtest;
    private final long size;
    private boolean closed;

    QtestMemory(Qtest qtest, long size) {
        this.qtest = qtest;
        this.size = size;
    }

    private void check(long address, long length) throws AccessFault {
        if (closed) {
            throw new AccessFault(AccessFault.Reason.CLOSED, address);
        }
        if (address < 0 || address > size - length) {
            throw new AccessFault(AccessFault.Reason.OUTSIDE_MEMORY, address);
        }
    }

    private long get(long address, int length) throws AccessFault {
        check(address, length);
        return qtest.read(address, length);
    }

    private void put(long address, int length, long value) throws AccessFault {
        check(address, length);
        qtest.write(address, length, value);
    }

    /** Each command is an access of its own. */
    @Override
    public void enter() {}

    @Override
    public void exit() {}

    @Override
    public byte getByte(long address) throws AccessFault {
        return (byte) get(address, Byte.BYTES);
    }

    @Override
    public short getShort(long address) throws AccessFault {
        return (short) get(address, Short.BYTES);
    }

    @Override
    public int getInt(long address) throws AccessFault {
        return (int) get(address, Integer.BYTES);
    }

    @Override
    public long getLong(long address) throws AccessFault {
        return get(address, Long.BYTES);
    }

    @Override
    public void putByte(long address, byte value) throws AccessFault {
        put(address, Byte.BYTES, value);
    }

    @Override
    public void putShort(long address, short value) throws AccessFault {
        put(address, Short.BYTES, value);
    }

    @Override
    public void putInt(long address, int value) throws AccessFault {
        put(address, Integer.BYTES, value);
    }

    @Override
    public void putLong(long address, long value) throws AccessFault {
        put(address, Long.BYTES, value);
    }

    @Override
    public short getShortAcquire(long address) throws AccessFault {
        return getShort(address);
    }

    @Override
    public void putShortRelease(long address, short value) throws AccessFault {
        putShort(address, value);
    }

    @Override
    public void read(long address, ByteBuffer target) throws AccessFault {
        if (target.hasRemaining()) {
            check(address, target.remaining());
            target.put(qtest.readBytes(address, target.remaining()));
        }
    }

    @Override
    public void write(long address, ByteBuffer source) throws AccessFault {
        if (source.hasRemaining()) {
            check(address, source.remaining());
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            qtest.writeBytes(address, bytes);
        }
    }

    @Override
    public void visit(long address, long length, Direction direction, Visitor visitor) throws AccessFault {
        check(address, length);
        byte[] bytes = qtest.readBytes(address, (int) length);
        ByteBuffer piece = ByteBuffer.wrap(bytes);
        visitor.visit(direction == Direction.READ ? piece.asReadOnlyBuffer() : piece, 0);
        if (direction == Direction.WRITE) {
            qtest.writeBytes(address, bytes);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
