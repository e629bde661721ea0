// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

/**
 * Byte layout of the three areas of a packed virtqueue with {@code N} entries (virtio 1.4, 2.8). All fields are
 * little-endian.
 *
 * <pre>
 * descriptor ring, also indirect table (2.8.7): N x 16 bytes, aligned to 16; written by both sides
 *     0               8       12      14      16
 *     +---------------+-------+-------+-------+
 *     | addr          | len   | id    | flags |
 *     +---------------+-------+-------+-------+
 *
 *     flags   15     ...   7       ...   2          1       0
 *             USED         AVAIL         INDIRECT   WRITE   NEXT
 *
 * event suppression structure (2.8.10): 4 bytes, aligned to 4;
 * the driver area is written by the driver, the device area by the device
 *     0                     2       4
 *     +------------+------+-------+
 *     | off : 15   | wrap | flags |
 *     +------------+------+-------+
 * </pre>
 */
public final class PackedLayout {
    /** Bytes of a descriptor. */
    public static final int DESCRIPTOR_SIZE = 16;

    /** Alignment of the descriptor ring, in bytes. */
    public static final int DESCRIPTOR_RING_ALIGNMENT = 16;

    /** Offset in a descriptor of the buffer's address, le64; means nothing in a used one. */
    public static final int DESCRIPTOR_ADDRESS = 0;

    /**
     * Offset in a descriptor of the length in bytes, le32: of the buffer, or in a used one of what the device wrote;
     * the identifier and the flags follow in the same eight bytes.
     */
    public static final int DESCRIPTOR_LENGTH = 8;

    /** Offset in a descriptor of the chain's identifier, le16; counts in the last descriptor of a chain. */
    public static final int DESCRIPTOR_ID = 12;

    /** Offset in a descriptor of its flags, le16. */
    public static final int DESCRIPTOR_FLAGS = 14;

    /** Descriptor flag: the chain goes on in the next slot; reserved in a used one. */
    public static final int FLAG_NEXT = 1;

    /** Descriptor flag: the device writes the buffer, or in a used one: it has written, and the length counts. */
    public static final int FLAG_WRITE = 2;

    /** Descriptor flag: the buffer holds a table of descriptors. */
    public static final int FLAG_INDIRECT = 4;

    /** Descriptor flag: as the driver's wrap counter was when it made the descriptor available (2.8.1). */
    public static final int FLAG_AVAILABLE = 1 << 7;

    /**
     * Descriptor flag: the opposite of {@link #FLAG_AVAILABLE} while the descriptor is available, the same once it is
     * used (2.8.1).
     */
    public static final int FLAG_USED = 1 << 15;

    /** Bytes of an event suppression structure. */
    public static final int EVENT_SIZE = 4;

    /** Alignment of an event suppression structure, in bytes. */
    public static final int EVENT_ALIGNMENT = 4;

    /** Offset in an event suppression structure of the slot, in its lower 15 bits, and of the wrap counter, le16. */
    public static final int EVENT_POSITION = 0;

    /** Bit of a position that holds the wrap counter, in events and in notifications with data. */
    public static final int POSITION_WRAP = 1 << 15;

    /** Offset in an event suppression structure of its flags, le16. */
    public static final int EVENT_FLAGS = 2;

    /** Event flags: every notification is wanted. */
    public static final int EVENT_ENABLE = 0;

    /** Event flags: no notification is wanted. */
    public static final int EVENT_DISABLE = 1;

    /** Event flags: the position says which notification is wanted; only with {@link RingFeatures#EVENT_IDX}. */
    public static final int EVENT_DESCRIPTOR = 2;

    private PackedLayout() {}

    /**
     * Bytes of the descriptor ring.
     *
     * @param size number of entries of the queue
     * @return the length of the area
     */
    public static int descriptorRingSize(int size) {
        return DESCRIPTOR_SIZE * size;
    }
}
