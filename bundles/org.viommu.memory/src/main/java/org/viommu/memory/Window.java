// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.nio.ByteBuffer;

/**
 * A stretch of guest-physical addresses that one buffer holds, or that nothing holds because the host cannot map it.
 */
final class Window {
    /** Holds no address; stands for "not found" and for "not looked up yet". */
    static final Window NONE = new Window(0, 0, null, false, 0);

    private final long start;
    private final long last;
    private final ByteBuffer bytes;
    private final int size;
    private final boolean writable;
    private final int index;

    private Window(long start, long last, ByteBuffer bytes, boolean writable, int index) {
        this.start = start;
        this.last = last;
        this.bytes = bytes;
        this.size = bytes == null ? 0 : bytes.capacity();
        this.writable = writable;
        this.index = index;
    }

    /** The stretch from {@code start} that {@code bytes} holds; {@code index} is the window's place in its table. */
    static Window mapped(long start, ByteBuffer bytes, boolean writable, int index) {
        ByteBuffer own = writable ? bytes.slice() : bytes.asReadOnlyBuffer();
        return new Window(start, own.capacity() - 1L, own, writable, index);
    }

    /** The stretch {@code start..end} that the host cannot map. */
    static Window notMappable(long start, long end, int index) {
        return new Window(start, end - start, null, false, index);
    }

    long start() {
        return start;
    }

    ByteBuffer bytes() {
        return bytes;
    }

    boolean mappable() {
        return bytes != null;
    }

    boolean writable() {
        return writable;
    }

    int index() {
        return index;
    }

    /** Whether the buffer holds {@code length} (at least 1) bytes from the address on. */
    boolean holds(long address, int length) {
        long offset = address - start;
        return offset >= 0 && offset <= size - length;
    }

    /** Whether the address lies in the stretch, mappable or not. */
    boolean covers(long address) {
        return this != NONE && Long.compareUnsigned(address - start, last) <= 0;
    }

    /** Where the buffer has the byte of an address that it holds. */
    int offset(long address) {
        return (int) (address - start);
    }

    /** How many bytes the buffer holds from an address that it holds to its end. */
    int rest(long address) {
        return size - offset(address);
    }
}
