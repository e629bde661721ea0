// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A stretch of guest-physical addresses that one buffer of the host holds, or that nothing holds because the host cannot
 * map it.
 *
 * <p>Who makes many accesses near each other asks {@link MemoryAccess#window} for the window once, and then uses its
 * buffer: inside a bracket, as long as {@link MemoryAccess#view()} is {@link #view()}, and only in the direction that he
 * asked for. The host may unmap it otherwise. Immutable.
 */
public final class Window {
    /** Holds no address; stands for "not found" and for "not looked up yet". */
    static final Window NONE = new Window(-1, 0, 0, null, false, 0);

    private final long view;
    private final long start;
    private final long last;
    private final ByteBuffer bytes;
    private final int size;
    private final boolean writable;
    private final int index;

    private Window(long view, long start, long last, ByteBuffer bytes, boolean writable, int index) {
        this.view = view;
        this.start = start;
        this.last = last;
        this.bytes = bytes;
        this.size = bytes == null ? 0 : bytes.capacity();
        this.writable = writable;
        this.index = index;
    }

    /**
     * The stretch from {@code start} that {@code bytes} holds; {@code index} is the window's place in its table, {@code
     * view} the table's number.
     */
    static Window mapped(long view, long start, ByteBuffer bytes, boolean writable, int index) {
        ByteBuffer own = (writable ? bytes.slice() : bytes.asReadOnlyBuffer()).order(ByteOrder.LITTLE_ENDIAN);
        return new Window(view, start, own.capacity() - 1L, own, writable, index);
    }

    /** The stretch {@code start..end} that the host cannot map. */
    static Window notMappable(long view, long start, long end, int index) {
        return new Window(view, start, end - start, null, false, index);
    }

    /**
     * The view of memory to which the window belongs.
     *
     * @return a positive number that no other view has, or -1 for a window that belongs to none
     */
    public long view() {
        return view;
    }

    /**
     * First address of the stretch, which is the buffer's first byte.
     *
     * @return the address, unsigned
     */
    public long start() {
        return start;
    }

    /**
     * Bytes that the buffer holds.
     *
     * @return 0 if the host cannot map the stretch
     */
    public int size() {
        return size;
    }

    /**
     * The buffer. Its position, limit and order are not to be changed.
     *
     * @return a direct little-endian buffer, read-only if {@link #writable()} is false; null if the host cannot map the
     *     stretch
     */
    public ByteBuffer bytes() {
        return bytes;
    }

    /**
     * Whether devices may write the stretch.
     *
     * @return false for read-only and for unmappable memory
     */
    public boolean writable() {
        return writable;
    }

    /**
     * Whether the buffer holds a range.
     *
     * @param address of the first byte, unsigned
     * @param length in bytes, at least 1
     * @return whether all of its bytes are in the buffer
     */
    public boolean holds(long address, long length) {
        long offset = address - start;
        return offset >= 0 && offset <= size - length;
    }

    /**
     * Where the buffer has a byte.
     *
     * @param address of a byte that it holds
     * @return the byte's index
     */
    public int offset(long address) {
        return (int) (address - start);
    }

    boolean mappable() {
        return bytes != null;
    }

    int index() {
        return index;
    }

    /** Whether the address lies in the stretch, mappable or not. */
    boolean covers(long address) {
        return this != NONE && Long.compareUnsigned(address - start, last) <= 0;
    }

    /** How many bytes the buffer holds from an address that it holds to its end. */
    int rest(long address) {
        return size - offset(address);
    }
}
