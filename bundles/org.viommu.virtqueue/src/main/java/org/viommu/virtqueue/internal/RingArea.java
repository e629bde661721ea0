// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import static java.lang.invoke.MethodHandles.byteBufferViewVarHandle;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.memory.Window;

/**
 * One of the areas of a ring. Where a window of memory holds all of it, values are reached there, and the window is
 * looked up again only when memory changes. Otherwise each value is a checked access of its own.
 *
 * <p>Used inside brackets, after {@link #locate()} in the present view of memory. Offsets are in bytes and inside the
 * area.
 */
final class RingArea implements Located {
    private static final VarHandle SHORT =
            byteBufferViewVarHandle(short[].class, LITTLE_ENDIAN).withInvokeExactBehavior();

    private final MemoryAccess access;
    private final long address;
    private final int length;
    private final boolean read;
    private final boolean written;

    /** Null if no window holds the area. */
    private ByteBuffer bytes;

    /** Where the buffer has the area's first byte. */
    private int base;

    RingArea(MemoryAccess access, long address, int length, boolean read, boolean written) {
        this.access = access;
        this.address = address;
        this.length = length;
        this.read = read;
        this.written = written;
    }

    /** Looks for a window that holds the area. */
    @Override
    public void locate() {
        Window window = access.window(address, written ? Direction.WRITE : Direction.READ);
        boolean permitted = !(read && written) || window == access.window(address, Direction.READ);
        boolean found = window != null && permitted && window.holds(address, length);
        bytes = found ? window.bytes() : null;
        base = found ? window.offset(address) : 0;
    }

    /** The buffer that has the area, or null. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Where the buffer has the area's first byte. */
    int base() {
        return base;
    }

    int getShort(int offset) throws AccessFault {
        ByteBuffer direct = bytes;
        short value = direct != null ? direct.getShort(base + offset) : access.getShort(address + offset);
        return Short.toUnsignedInt(value);
    }

    /** Reads a 16-bit value; what is read later is at least as new. */
    int getShortAcquire(int offset) throws AccessFault {
        ByteBuffer direct = bytes;
        short value = direct != null
                ? (short) SHORT.getAcquire(direct, base + offset)
                : access.getShortAcquire(address + offset);
        return Short.toUnsignedInt(value);
    }

    int getInt(int offset) throws AccessFault {
        ByteBuffer direct = bytes;
        return direct != null ? direct.getInt(base + offset) : access.getInt(address + offset);
    }

    long getLong(int offset) throws AccessFault {
        ByteBuffer direct = bytes;
        return direct != null ? direct.getLong(base + offset) : access.getLong(address + offset);
    }

    void putShort(int offset, int value) throws AccessFault {
        ByteBuffer direct = bytes;
        if (direct != null) {
            direct.putShort(base + offset, (short) value);
        } else {
            access.putShort(address + offset, (short) value);
        }
    }

    /** Writes a 16-bit value behind everything that has been read and written before. */
    void putShortRelease(int offset, int value) throws AccessFault {
        ByteBuffer direct = bytes;
        if (direct != null) {
            SHORT.setRelease(direct, base + offset, (short) value);
        } else {
            access.putShortRelease(address + offset, (short) value);
        }
    }

    void putInt(int offset, int value) throws AccessFault {
        ByteBuffer direct = bytes;
        if (direct != null) {
            direct.putInt(base + offset, value);
        } else {
            access.putInt(address + offset, value);
        }
    }

    void putLong(int offset, long value) throws AccessFault {
        ByteBuffer direct = bytes;
        if (direct != null) {
            direct.putLong(base + offset, value);
        } else {
            access.putLong(address + offset, value);
        }
    }
}
