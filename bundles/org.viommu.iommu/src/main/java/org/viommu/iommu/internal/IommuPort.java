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
    private final Shift shift = new Shift();

    /**
     * What to add to an address in a fault of the piece at work to get the I/O virtual address; 0 before the piece is
     * translated.
     */
    private long distance;

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
            return memory.getByte(one(address, Direction.READ));
        } catch (AccessFault fault) {
            throw located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public short getShort(long address) throws AccessFault {
        slot.enter();
        try {
            long physical = one(address, Direction.READ);
            return reaches(address, Short.BYTES) ? memory.getShort(physical) : (short) gather(address, Short.BYTES);
        } catch (AccessFault fault) {
            throw located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public int getInt(long address) throws AccessFault {
        slot.enter();
        try {
            long physical = one(address, Direction.READ);
            return reaches(address, Integer.BYTES) ? memory.getInt(physical) : (int) gather(address, Integer.BYTES);
        } catch (AccessFault fault) {
            throw located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public long getLong(long address) throws AccessFault {
        slot.enter();
        try {
            long physical = one(address, Direction.READ);
            return reaches(address, Long.BYTES) ? memory.getLong(physical) : gather(address, Long.BYTES);
        } catch (AccessFault fault) {
            throw located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void putByte(long address, byte value) throws AccessFault {
        slot.enter();
        try {
            memory.putByte(one(address, Direction.WRITE), value);
        } catch (AccessFault fault) {
            throw located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void putShort(long address, short value) throws AccessFault {
        slot.enter();
        try {
            long physical = one(address, Direction.WRITE);
            if (reaches(address, Short.BYTES)) {
                memory.putShort(physical, value);
            } else {
                scatter(address, Short.BYTES, value);
            }
        } catch (AccessFault fault) {
            throw located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void putInt(long address, int value) throws AccessFault {
        slot.enter();
        try {
            long physical = one(address, Direction.WRITE);
            if (reaches(address, Integer.BYTES)) {
                memory.putInt(physical, value);
            } else {
                scatter(address, Integer.BYTES, value);
            }
        } catch (AccessFault fault) {
            throw located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void putLong(long address, long value) throws AccessFault {
        slot.enter();
        try {
            long physical = one(address, Direction.WRITE);
            if (reaches(address, Long.BYTES)) {
                memory.putLong(physical, value);
            } else {
                scatter(address, Long.BYTES, value);
            }
        } catch (AccessFault fault) {
            throw located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public short getShortAcquire(long address) throws AccessFault {
        slot.enter();
        try {
            return memory.getShortAcquire(aligned(address, Direction.READ));
        } catch (AccessFault fault) {
            throw located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void putShortRelease(long address, short value) throws AccessFault {
        slot.enter();
        try {
            memory.putShortRelease(aligned(address, Direction.WRITE), value);
        } catch (AccessFault fault) {
            throw located(fault);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void read(long address, ByteBuffer target) throws AccessFault {
        int limit = target.limit();
        slot.enter();
        try {
            checkRange(address, target.remaining());
            for (long at = address; target.position() < limit; ) {
                long physical = one(at, Direction.READ);
                int length = (int) pieceLength(at, limit - target.position());
                memory.read(physical, target.limit(target.position() + length));
                at += length;
            }
        } catch (AccessFault fault) {
            throw located(fault);
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
            checkRange(address, source.remaining());
            for (long at = address; source.position() < limit; ) {
                long physical = one(at, Direction.WRITE);
                int length = (int) pieceLength(at, limit - source.position());
                memory.write(physical, source.limit(source.position() + length));
                at += length;
            }
        } catch (AccessFault fault) {
            throw located(fault);
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
            checkRange(address, length);
            for (long done = 0; done < length; ) {
                long physical = one(address + done, direction);
                long size = pieceLength(address + done, length - done);
                shift.visit(physical, size, direction, done, visitor);
                done += size;
            }
        } catch (AccessFault fault) {
            throw located(fault);
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

    /** Translates the first byte of a piece. */
    private long one(long address, Direction direction) throws AccessFault {
        distance = 0;
        translation.translate(address, direction);
        long physical = translation.physical();
        distance = address - physical;
        return physical;
    }

    /** Whether the translation at hand holds that many bytes. */
    private boolean reaches(long address, int length) {
        return translation.last() - address >= length - 1 || translation.last() - address < 0;
    }

    private long pieceLength(long address, long wanted) {
        long more = translation.last() - address;
        return more < 0 || more >= wanted ? wanted : more + 1;
    }

    private long aligned(long address, Direction direction) throws AccessFault {
        if ((address & Short.BYTES - 1) != 0) {
            distance = 0;
            throw new AccessFault(AccessFault.Reason.MISALIGNED, address);
        }
        return one(address, direction);
    }

    private long gather(long address, int length) throws AccessFault {
        checkRange(address, length);
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (memory.getByte(one(address + i, Direction.READ)) & 0xffL) << Byte.SIZE * i;
        }
        return value;
    }

    private void scatter(long address, int length, long value) throws AccessFault {
        checkRange(address, length);
        for (int i = 0; i < length; i++) {
            memory.putByte(one(address + i, Direction.WRITE), (byte) (value >>> Byte.SIZE * i));
        }
    }

    /** Refuses a range that goes on beyond the last address. */
    private void checkRange(long address, long length) throws AccessFault {
        if (length > 0 && Unsigned.below(address + length - 1, address)) {
            distance = 0;
            throw new AccessFault(AccessFault.Reason.OUTSIDE_MEMORY, address);
        }
    }

    /** Memory names guest-physical addresses; the endpoint knows I/O virtual ones. */
    private AccessFault located(AccessFault fault) {
        return distance == 0 ? fault : new AccessFault(fault.reason(), fault.address() + distance);
    }

    /** Hands pieces on with their offset from where the whole visit began. */
    private final class Shift implements Visitor {
        private long base;
        private Visitor target;

        void visit(long physical, long length, Direction direction, long offset, Visitor visitor) throws AccessFault {
            long outerBase = base;
            Visitor outerTarget = target;
            base = offset;
            target = visitor;
            try {
                memory.visit(physical, length, direction, this);
            } finally {
                base = outerBase;
                target = outerTarget;
            }
        }

        @Override
        public void visit(ByteBuffer piece, long offset) {
            // The visitor may use this port too.
            long ownDistance = distance;
            target.visit(piece, base + offset);
            distance = ownDistance;
        }
    }
}
