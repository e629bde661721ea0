// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import static java.lang.invoke.MethodHandles.byteBufferViewVarHandle;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * One thread's access to guest memory.
 *
 * <p>It works with the table that was published when it entered: until it exits, nobody unmaps a window of that table.
 * It remembers the windows that it used last (rings and buffers are often in two), so that the steps of a burst look
 * nothing up.
 */
final class GuestMemoryAccess implements MemoryAccess {
    private static final VarHandle SHORT = exact(short[].class);
    private static final VarHandle INT = exact(int[].class);
    private static final VarHandle LONG = exact(long[].class);

    /** Stands in for the memory of a closed access: it never has a region. */
    private static final GuestMemory CLOSED = new GuestMemory();

    private final AccessSlot slot;
    private GuestMemory memory;
    private int depth;

    /** The table's number inside a bracket, 0 outside. */
    private long view;

    private RegionTable table = RegionTable.EMPTY;
    private Window hint = Window.NONE;
    private Window olderHint = Window.NONE;
    private PieceViews views = new PieceViews(0);

    GuestMemoryAccess(GuestMemory memory, AccessSlot slot) {
        this.memory = memory;
        this.slot = slot;
    }

    @Override
    public void enter() {
        if (depth++ == 0) {
            slot.enter();
            RegionTable current = memory.table();
            if (current != table) {
                take(current);
            }
            view = current.number();
        }
    }

    @Override
    public void exit() {
        int left = --depth;
        if (left == 0) {
            view = 0;
            slot.exit();
        } else if (left < 0) {
            depth = 0;
            throw new IllegalStateException("exit without enter");
        }
    }

    @Override
    public long view() {
        return view;
    }

    @Override
    public Window window(long address, Direction direction) {
        if (view == 0) {
            return null;
        }
        Window window = seek(address);
        boolean usable = window.mappable() && (direction == Direction.READ || window.writable());
        return usable ? window : null;
    }

    @Override
    public byte getByte(long address) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            Window window = single(address, Byte.BYTES);
            return window != null ? window.bytes().get(window.offset(address)) : (byte) gather(address, Byte.BYTES);
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public short getShort(long address) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            Window window = single(address, Short.BYTES);
            return window != null
                    ? (short) SHORT.get(window.bytes(), window.offset(address))
                    : (short) gather(address, Short.BYTES);
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public int getInt(long address) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            Window window = single(address, Integer.BYTES);
            return window != null
                    ? (int) INT.get(window.bytes(), window.offset(address))
                    : (int) gather(address, Integer.BYTES);
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public long getLong(long address) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            Window window = single(address, Long.BYTES);
            return window != null
                    ? (long) LONG.get(window.bytes(), window.offset(address))
                    : gather(address, Long.BYTES);
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public void putByte(long address, byte value) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            Window window = single(address, Byte.BYTES);
            if (window != null && window.writable()) {
                window.bytes().put(window.offset(address), value);
            } else {
                scatter(address, Byte.BYTES, value);
            }
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public void putShort(long address, short value) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            Window window = single(address, Short.BYTES);
            if (window != null && window.writable()) {
                SHORT.set(window.bytes(), window.offset(address), value);
            } else {
                scatter(address, Short.BYTES, value);
            }
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public void putInt(long address, int value) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            Window window = single(address, Integer.BYTES);
            if (window != null && window.writable()) {
                INT.set(window.bytes(), window.offset(address), value);
            } else {
                scatter(address, Integer.BYTES, value);
            }
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public void putLong(long address, long value) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            Window window = single(address, Long.BYTES);
            if (window != null && window.writable()) {
                LONG.set(window.bytes(), window.offset(address), value);
            } else {
                scatter(address, Long.BYTES, value);
            }
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public short getShortAcquire(long address) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            Window window = ordered(address, Direction.READ);
            return (short) SHORT.getAcquire(window.bytes(), window.offset(address));
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public void putShortRelease(long address, short value) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            Window window = ordered(address, Direction.WRITE);
            SHORT.setRelease(window.bytes(), window.offset(address), value);
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public void read(long address, ByteBuffer target) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            checkRange(address, target.remaining());
            for (long at = address; target.hasRemaining(); ) {
                Window window = permitted(at, Direction.READ);
                int length = Math.min(target.remaining(), window.rest(at));
                target.put(target.position(), window.bytes(), window.offset(at), length);
                target.position(target.position() + length);
                at += length;
            }
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public void write(long address, ByteBuffer source) throws AccessFault {
        boolean entered = enterFromOutside();
        try {
            checkRange(address, source.remaining());
            for (long at = address; source.hasRemaining(); ) {
                Window window = permitted(at, Direction.WRITE);
                int length = Math.min(source.remaining(), window.rest(at));
                window.bytes().put(window.offset(at), source, source.position(), length);
                source.position(source.position() + length);
                at += length;
            }
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public void visit(long address, long length, Direction direction, Visitor visitor) throws AccessFault {
        if (length < 0) {
            throw new IllegalArgumentException("length " + length + " is negative");
        }
        boolean entered = enterFromOutside();
        try {
            checkRange(address, length);
            for (long done = 0; done < length; ) {
                Window window = permitted(address + done, direction);
                int size = (int) Math.min(length - done, window.rest(address + done));
                PieceViews lender = views;
                ByteBuffer piece = lender.lend(window, direction, window.offset(address + done), size);
                try {
                    visitor.visit(piece, done);
                } finally {
                    lender.takeBack();
                }
                done += size;
            }
        } finally {
            if (entered) {
                exit();
            }
        }
    }

    @Override
    public void close() {
        if (memory != CLOSED) {
            memory.close(slot);
            memory = CLOSED;
            take(CLOSED.table());
        }
    }

    /** Enters unless a burst is under way, whose steps then cost no store; returns whether the caller must exit. */
    private boolean enterFromOutside() {
        if (depth != 0) {
            return false;
        }
        enter();
        return true;
    }

    private void take(RegionTable current) {
        table = current;
        hint = Window.NONE;
        olderHint = Window.NONE;
        views = new PieceViews(current.windowCount());
    }

    /** The window that holds all of the bytes, or null if they are spread or refused. */
    private Window single(long address, int length) {
        Window window = hint;
        if (window.holds(address, length)) {
            return window;
        }
        window = seek(address);
        return window.holds(address, length) ? window : null;
    }

    /** The window that covers the address, or {@link Window#NONE}; remembers it. */
    private Window seek(long address) {
        if (!hint.covers(address)) {
            Window older = olderHint;
            olderHint = hint;
            hint = older.covers(address) ? older : table.find(address);
        }
        return hint;
    }

    /** The window that holds the byte, or the fault that says why the byte is refused. */
    private Window permitted(long address, Direction direction) throws AccessFault {
        Window window = seek(address);
        if (window == Window.NONE) {
            throw new AccessFault(
                    memory == CLOSED ? AccessFault.Reason.CLOSED : AccessFault.Reason.OUTSIDE_MEMORY, address);
        }
        if (!window.mappable()) {
            throw new AccessFault(AccessFault.Reason.NOT_MAPPABLE, address);
        }
        if (direction == Direction.WRITE && !window.writable()) {
            throw new AccessFault(AccessFault.Reason.READ_ONLY, address);
        }
        return window;
    }

    /** The window that holds both bytes of an aligned 16-bit value. */
    private Window ordered(long address, Direction direction) throws AccessFault {
        if ((address & Short.BYTES - 1) != 0) {
            throw new AccessFault(AccessFault.Reason.MISALIGNED, address);
        }
        Window window = single(address, Short.BYTES);
        if (window != null && (direction == Direction.READ || window.writable())) {
            return window;
        }
        permitted(address, direction);
        permitted(address + 1, direction);
        // Both bytes are there, but in two windows: a region of odd size ends between them.
        throw new AccessFault(AccessFault.Reason.MISALIGNED, address);
    }

    private long gather(long address, int length) throws AccessFault {
        checkRange(address, length);
        long value = 0;
        for (int i = 0; i < length; i++) {
            Window window = permitted(address + i, Direction.READ);
            value |= (window.bytes().get(window.offset(address + i)) & 0xffL) << Byte.SIZE * i;
        }
        return value;
    }

    private void scatter(long address, int length, long value) throws AccessFault {
        checkRange(address, length);
        for (int i = 0; i < length; i++) {
            Window window = permitted(address + i, Direction.WRITE);
            window.bytes().put(window.offset(address + i), (byte) (value >>> Byte.SIZE * i));
        }
    }

    /** Refuses a range that goes on beyond the last address. */
    private static void checkRange(long address, long length) throws AccessFault {
        if (length > 0 && Long.compareUnsigned(address + length - 1, address) < 0) {
            throw new AccessFault(AccessFault.Reason.OUTSIDE_MEMORY, address);
        }
    }

    private static VarHandle exact(Class<?> view) {
        return byteBufferViewVarHandle(view, LITTLE_ENDIAN).withInvokeExactBehavior();
    }
}
