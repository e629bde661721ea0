// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

/**
 * A ring that breaks the rules: the device can no longer trust it and asks for a reset (virtio 1.4, 2.1.2).
 *
 * <p>Carries no stack trace: it is the peer's mistake, counted by kind, never logged as an exception.
 */
public final class RingFault extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong with the ring. */
    public enum Kind {
        /** The ring itself lies outside of accessible memory. */
        RING_OUTSIDE_MEMORY,
        /** An area of the ring is not aligned as its layout asks. */
        MISALIGNED_AREA,
        /** The size is not allowed in this layout. */
        BAD_SIZE,
        /** The peer's index is further ahead than the queue has entries, or goes back. */
        INDEX_JUMP,
        /** A descriptor index is not below the queue's size. */
        DESCRIPTOR_OUT_OF_RANGE,
        /** A chain goes on at a descriptor that the driver has not made available. */
        DESCRIPTOR_NOT_AVAILABLE,
        /** A chain is longer than the queue, runs in a circle, or runs into slots that are in use. */
        CHAIN_LOOP,
        /** A device-readable descriptor follows a device-writable one. */
        READABLE_AFTER_WRITABLE,
        /** An indirect descriptor that was not negotiated, is nested, or stands where its layout allows none. */
        BAD_INDIRECT,
        /**
         * An indirect table whose length is no positive multiple of 16, or above the 2^16 descriptors that can be
         * chained in it.
         */
        BAD_INDIRECT_LENGTH,
        /** A chain of more than 2^32 bytes. */
        CHAIN_TOO_LARGE,
        /** A chain without a single byte. */
        EMPTY_CHAIN,
        /** Seen by a driver: a used identifier that it has not handed out. */
        UNKNOWN_USED_ID,
        /** Seen by a driver: a used length above the writable bytes of the chain. */
        USED_LENGTH_TOO_LARGE
    }

    private final Kind kind;
    private final long detail;

    /**
     * Creates a fault.
     *
     * @param kind what is wrong
     * @param detail the offending value: an address, an index or a length, as the kind suggests
     */
    public RingFault(Kind kind, long detail) {
        super(null, null, false, false);
        this.kind = kind;
        this.detail = detail;
    }

    /**
     * What is wrong.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The offending value: an address, an index or a length, as the kind suggests.
     *
     * @return the value, unsigned
     */
    public long detail() {
        return detail;
    }

    @Override
    public String getMessage() {
        return kind + " (0x" + Long.toHexString(detail) + ")";
    }
}
