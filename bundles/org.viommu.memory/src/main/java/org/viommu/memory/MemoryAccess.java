// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The one way to memory for rings, buffers and devices. {@link GuestMemory#open()} gives one that reads guest-physical
 * addresses; a DMA port gives one that translates I/O virtual addresses first. Users cannot tell which they have.
 *
 * <p><b>Threads.</b> An access belongs to one thread at a time; who needs memory from two threads opens two. Each
 * operation is bracketed by {@link #enter()} and {@link #exit()} by itself; a caller that makes a burst of small
 * accesses brackets the burst, which is cheaper. While an access is entered, neither an unmapped IOVA range nor a
 * removed memory region is answered as gone, so a bracket must be short and must never wait for the guest.
 *
 * <p><b>Atomicity.</b> Plain operations promise none. {@link #getShortAcquire(long)} and {@link #putShortRelease(long,
 * short)} are single accesses with the ordering their names say. An operation that faults may have transferred the
 * bytes below the faulting address.
 */
@ProviderType
public interface MemoryAccess extends AutoCloseable {

    /** The direction of a transfer, as the device sees it. */
    enum Direction {
        /** The device reads memory. */
        READ,
        /** The device writes memory. */
        WRITE
    }

    /** Receives the contiguous pieces of a visited range in ascending order. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Takes one piece.
         *
         * @param piece the bytes of the piece, from position to limit; valid only during the call
         * @param offset distance of the piece from the start of the visited range, in bytes
         */
        void visit(ByteBuffer piece, long offset);
    }

    /** Begins a burst of accesses. Nests; each call needs an {@link #exit()}. */
    void enter();

    /** Ends the burst that the innermost {@link #enter()} began. */
    void exit();

    /**
     * Which view of memory the access has. It changes when windows that the access has given may not be touched any
     * more. An access that gives none has no view.
     *
     * @return a positive number inside a bracket, 0 outside and without views
     */
    default long view() {
        return 0;
    }

    /**
     * The window that holds a byte, for many accesses near it. Never a fault: who gets none uses the other operations,
     * which say what is wrong with an address.
     *
     * @param address of the byte, unsigned
     * @param direction of the accesses that will be made to the window
     * @return a window of the present {@link #view()}, or null: outside brackets, if the byte may not be accessed, or if
     *     it cannot be reached directly
     */
    default Window window(long address, Direction direction) {
        return null;
    }

    /**
     * Reads one byte.
     *
     * @param address where, unsigned
     * @return the byte
     * @throws AccessFault if the address cannot be read
     */
    byte getByte(long address) throws AccessFault;

    /**
     * Reads a little-endian 16-bit value at any alignment.
     *
     * @param address of its first byte, unsigned
     * @return the value
     * @throws AccessFault if one of its bytes cannot be read
     */
    short getShort(long address) throws AccessFault;

    /**
     * Reads a little-endian 32-bit value at any alignment.
     *
     * @param address of its first byte, unsigned
     * @return the value
     * @throws AccessFault if one of its bytes cannot be read
     */
    int getInt(long address) throws AccessFault;

    /**
     * Reads a little-endian 64-bit value at any alignment.
     *
     * @param address of its first byte, unsigned
     * @return the value
     * @throws AccessFault if one of its bytes cannot be read
     */
    long getLong(long address) throws AccessFault;

    /**
     * Writes one byte.
     *
     * @param address where, unsigned
     * @param value the byte
     * @throws AccessFault if the address cannot be written
     */
    void putByte(long address, byte value) throws AccessFault;

    /**
     * Writes a little-endian 16-bit value at any alignment.
     *
     * @param address of its first byte, unsigned
     * @param value the value
     * @throws AccessFault if one of its bytes cannot be written
     */
    void putShort(long address, short value) throws AccessFault;

    /**
     * Writes a little-endian 32-bit value at any alignment.
     *
     * @param address of its first byte, unsigned
     * @param value the value
     * @throws AccessFault if one of its bytes cannot be written
     */
    void putInt(long address, int value) throws AccessFault;

    /**
     * Writes a little-endian 64-bit value at any alignment.
     *
     * @param address of its first byte, unsigned
     * @param value the value
     * @throws AccessFault if one of its bytes cannot be written
     */
    void putLong(long address, long value) throws AccessFault;

    /**
     * Reads a little-endian 16-bit value in one access; later reads of this thread are not moved before it.
     *
     * @param address of its first byte, a multiple of 2
     * @return the value
     * @throws AccessFault if it cannot be read or is misaligned
     */
    short getShortAcquire(long address) throws AccessFault;

    /**
     * Writes a little-endian 16-bit value in one access; earlier reads and writes of this thread are not moved behind
     * it.
     *
     * @param address of its first byte, a multiple of 2
     * @param value the value
     * @throws AccessFault if it cannot be written or is misaligned
     */
    void putShortRelease(long address, short value) throws AccessFault;

    /**
     * Copies memory into a buffer until the buffer is full.
     *
     * @param address of the first byte, unsigned
     * @param target receives {@code target.remaining()} bytes; its position moves by the bytes transferred
     * @throws AccessFault if a byte cannot be read
     */
    void read(long address, ByteBuffer target) throws AccessFault;

    /**
     * Copies a buffer into memory until the buffer is drained.
     *
     * @param address of the first byte, unsigned
     * @param source gives {@code source.remaining()} bytes; its position moves by the bytes transferred
     * @throws AccessFault if a byte cannot be written
     */
    void write(long address, ByteBuffer source) throws AccessFault;

    /**
     * Shows a range piece by piece without copying it. The visitor runs inside the access's bracket.
     *
     * @param address of the first byte, unsigned
     * @param length in bytes, at least 0
     * @param direction what the visitor does with the pieces; pieces for {@link Direction#READ} are read-only buffers
     * @param visitor receives the pieces
     * @throws AccessFault if a byte of the range may not be accessed in this direction; pieces below it have been
     *     visited
     */
    void visit(long address, long length, Direction direction, Visitor visitor) throws AccessFault;

    /**
     * Gives the access back. Idempotent; called on the thread that uses the access. Later operations fail with {@link
     * AccessFault.Reason#CLOSED}.
     */
    @Override
    void close();
}
