// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.viommu.dma.DmaPort;
import org.viommu.memory.AccessFault;
import org.viommu.memory.AccessSlot;
import org.viommu.memory.MemoryAccess;

/**
 * An endpoint's way to guest memory: translates each operation piece by piece and hands the pieces to the memory
 * behind. One slot stands at both gates, that of the IOMMU and that of the memory, so that neither a mapping nor a
 * region goes while an operation uses it.
 */
final class IommuPort implements DmaPort {
    private final Endpoint endpoint;
    private final PortTranslation translation;
    private final AccessSlot slot;
    private final MemoryAccess memory;
    private final Consumer<IommuPort> onClose;
    private final Piece piece;
    private final PieceVisits visits;
    private boolean closed;

    /**
     * Opens a port.
     *
     * @param endpoint whose accesses these are
     * @param translation that decides them
     * @param slot of the port's thread, which has joined the gate of the IOMMU
     * @param memory behind the IOMMU, opened with the same slot
     * @param onClose called once, when the port is closed
     */
    IommuPort(
            Endpoint endpoint,
            PortTranslation translation,
            AccessSlot slot,
            MemoryAccess memory,
            Consumer<IommuPort> onClose) {
        this.endpoint = endpoint;
        this.translation = translation;
        this.slot = slot;
        this.memory = memory;
        this.onClose = onClose;
        piece = new Piece(translation);
        visits = new PieceVisits(memory, piece);
    }

    @Override
    public int endpoint() {
        return endpoint.id();
    }

    AccessSlot slot() {
        return slot;
    }

    Endpoint state() {
        return endpoint;
    }

    /** Accesses decided so far. Any thread may ask. */
    long translations() {
        return translation.count();
    }

    @Override
    public void enter() {
        slot.enter();
    }

    @Override
    public void exit() {
        slot.exit();
    }

    @Override
    public byte getByte(long address) throws AccessFault {
        slot.enter();
        try {
            return memory.getByte(piece.begin(address, Direction.READ));
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public short getShort(long address) throws AccessFault {
        slot.enter();
        try {
            long physical = piece.begin(address, Direction.READ);
            return piece.reaches(address, Short.BYTES)
                    ? memory.getShort(physical)
                    : (short) gather(address, Short.BYTES);
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public int getInt(long address) throws AccessFault {
        slot.enter();
        try {
            long physical = piece.begin(address, Direction.READ);
            return piece.reaches(address, Integer.BYTES)
                    ? memory.getInt(physical)
                    : (int) gather(address, Integer.BYTES);
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public long getLong(long address) throws AccessFault {
        slot.enter();
        try {
            long physical = piece.begin(address, Direction.READ);
            return piece.reaches(address, Long.BYTES) ? memory.getLong(physical) : gather(address, Long.BYTES);
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void putByte(long address, byte value) throws AccessFault {
        slot.enter();
        try {
            memory.putByte(piece.begin(address, Direction.WRITE), value);
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void putShort(long address, short value) throws AccessFault {
        slot.enter();
        try {
            long physical = piece.begin(address, Direction.WRITE);
            if (piece.reaches(address, Short.BYTES)) {
                memory.putShort(physical, value);
            } else {
                scatter(address, Short.BYTES, value);
            }
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void putInt(long address, int value) throws AccessFault {
        slot.enter();
        try {
            long physical = piece.begin(address, Direction.WRITE);
            if (piece.reaches(address, Integer.BYTES)) {
                memory.putInt(physical, value);
            } else {
                scatter(address, Integer.BYTES, value);
            }
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void putLong(long address, long value) throws AccessFault {
        slot.enter();
        try {
            long physical = piece.begin(address, Direction.WRITE);
            if (piece.reaches(address, Long.BYTES)) {
                memory.putLong(physical, value);
            } else {
                scatter(address, Long.BYTES, value);
            }
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public short getShortAcquire(long address) throws AccessFault {
        slot.enter();
        try {
            return memory.getShortAcquire(piece.beginAligned(address, Direction.READ));
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void putShortRelease(long address, short value) throws AccessFault {
        slot.enter();
        try {
            memory.putShortRelease(piece.beginAligned(address, Direction.WRITE), value);
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void read(long address, ByteBuffer target) throws AccessFault {
        int limit = target.limit();
        slot.enter();
        try {
            piece.checkRange(address, target.remaining());
            for (long at = address; target.position() < limit; ) {
                long physical = piece.begin(at, Direction.READ);
                int length = (int) piece.length(at, limit - target.position());
                memory.read(physical, target.limit(target.position() + length));
                at += length;
            }
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            target.limit(limit);
            slot.exit();
        }
    }

    @Override
    public void write(long address, ByteBuffer source) throws AccessFault {
        int limit = source.limit();
        slot.enter();
        try {
            piece.checkRange(address, source.remaining());
            for (long at = address; source.position() < limit; ) {
                long physical = piece.begin(at, Direction.WRITE);
                int length = (int) piece.length(at, limit - source.position());
                memory.write(physical, source.limit(source.position() + length));
                at += length;
            }
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            source.limit(limit);
            slot.exit();
        }
    }

    @Override
    public void visit(long address, long length, Direction direction, Visitor visitor) throws AccessFault {
        if (length < 0) {
            throw new IllegalArgumentException("length " + length + " is negative");
        }
        slot.enter();
        try {
            piece.checkRange(address, length);
            visits.visit(address, length, direction, visitor);
        } catch (AccessFault fault) {
            throw piece.located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            translation.close();
            memory.close();
            onClose.accept(this);
        }
    }

    private long gather(long address, int length) throws AccessFault {
        piece.checkRange(address, length);
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (memory.getByte(piece.begin(address + i, Direction.READ)) & 0xffL) << Byte.SIZE * i;
        }
        return value;
    }

    private void scatter(long address, int length, long value) throws AccessFault {
        piece.checkRange(address, length);
        for (int i = 0; i < length; i++) {
            memory.putByte(piece.begin(address + i, Direction.WRITE), (byte) (value >>> Byte.SIZE * i));
        }
    }
}
