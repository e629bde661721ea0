// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

/**
 * Byte layout of the three areas of a split virtqueue with {@code N} entries (virtio 1.4, 2.7). All fields are
 * little-endian.
 *
 * <pre>
 * descriptor table (2.7.5), also indirect table (2.7.5.3): N x 16 bytes, aligned to 16
 *     0               8       12      14      16
 *     +---------------+-------+-------+-------+
 *     | addr          | len   | flags | next  |
 *     +---------------+-------+-------+-------+
 *
 * available ring (2.7.6): 6 + 2 N bytes, aligned to 2; written by the driver
 *     0       2       4         6       4 + 2 N      6 + 2 N
 *     +-------+-------+---------+- ... -+------------+
 *     | flags | idx   | head[0] |       | used_event |
 *     +-------+-------+---------+- ... -+------------+
 *
 * used ring (2.7.8): 6 + 8 N bytes, aligned to 4; written by the device
 *     0       2       4       8        12      4 + 8 N       6 + 8 N
 *     +-------+-------+-------+--------+- ... -+-------------+
 *     | flags | idx   | id[0] | len[0] |       | avail_event |
 *     +-------+-------+-------+--------+- ... -+-------------+
 * </pre>
 */
public final class SplitLayout {
    /** Bytes of a descriptor. */
    public static final int DESCRIPTOR_SIZE = 16;

    /** Alignment of the descriptor table, in bytes. */
    public static final int DESCRIPTOR_TABLE_ALIGNMENT = 16;

    /** Offset in a descriptor of the buffer's address, le64. */
    public static final int DESCRIPTOR_ADDRESS = 0;

    /**
     * Offset in a descriptor of the buffer's length in bytes, le32; the flags and the next index follow in the same
     * eight bytes.
     */
    public static final int DESCRIPTOR_LENGTH = 8;

    /** Offset in a descriptor of its flags, le16. */
    public static final int DESCRIPTOR_FLAGS = 12;

    /** Offset in a descriptor of the index of the chain's next descriptor, le16. */
    public static final int DESCRIPTOR_NEXT = 14;

    /** Descriptor flag: the chain goes on at the next index. */
    public static final int FLAG_NEXT = 1;

    /** Descriptor flag: the device writes the buffer; it reads it otherwise. */
    public static final int FLAG_WRITE = 2;

    /** Descriptor flag: the buffer holds a table of descriptors. */
    public static final int FLAG_INDIRECT = 4;

    /** Alignment of the available ring, in bytes. */
    public static final int AVAILABLE_ALIGNMENT = 2;

    /** Offset in the available ring of its flags, le16. */
    public static final int AVAILABLE_FLAGS = 0;

    /** Flag in the available ring: the driver wants no interrupt; means nothing with {@link RingFeatures#EVENT_IDX}. */
    public static final int AVAILABLE_NO_INTERRUPT = 1;

    /** Offset in the available ring of the free-running index of the next head, le16. */
    public static final int AVAILABLE_INDEX = 2;

    /** Offset in the available ring of the first head, le16. */
    public static final int AVAILABLE_HEADS = 4;

    /** Bytes of a head in the available ring. */
    public static final int AVAILABLE_HEAD_SIZE = 2;

    /** Alignment of the used ring, in bytes. */
    public static final int USED_ALIGNMENT = 4;

    /** Offset in the used ring of its flags, le16. */
    public static final int USED_FLAGS = 0;

    /** Flag in the used ring: the device wants no kick; means nothing with {@link RingFeatures#EVENT_IDX}. */
    public static final int USED_NO_NOTIFY = 1;

    /** Offset in the used ring of the free-running index of the next element, le16. */
    public static final int USED_INDEX = 2;

    /** Offset in the used ring of the first element. */
    public static final int USED_ELEMENTS = 4;

    /** Bytes of an element in the used ring. */
    public static final int USED_ELEMENT_SIZE = 8;

    /** Offset in a used element of the chain's head, le32. */
    public static final int USED_ELEMENT_ID = 0;

    /** Offset in a used element of the number of bytes written, le32. */
    public static final int USED_ELEMENT_LENGTH = 4;

    /** Bytes of {@code used_event} and of {@code avail_event}. */
    private static final int EVENT_SIZE = 2;

    private SplitLayout() {}

    /**
     * Bytes of the descriptor table.
     *
     * @param size number of entries of the queue
     * @return the length of the area
     */
    public static int descriptorTableSize(int size) {
        return DESCRIPTOR_SIZE * size;
    }

    /**
     * Bytes of the available ring, {@code used_event} included.
     *
     * @param size number of entries of the queue
     * @return the length of the area
     */
    public static int availableRingSize(int size) {
        return usedEvent(size) + EVENT_SIZE;
    }

    /**
     * Bytes of the used ring, {@code avail_event} included.
     *
     * @param size number of entries of the queue
     * @return the length of the area
     */
    public static int usedRingSize(int size) {
        return availableEvent(size) + EVENT_SIZE;
    }

    /**
     * Offset in the available ring of {@code used_event}, le16: the driver wants an interrupt when the element with
     * this index is used.
     *
     * @param size number of entries of the queue
     * @return the offset in bytes
     */
    public static int usedEvent(int size) {
        return AVAILABLE_HEADS + AVAILABLE_HEAD_SIZE * size;
    }

    /**
     * Offset in the used ring of {@code avail_event}, le16: the device wants a kick when the head with this index is
     * made available.
     *
     * @param size number of entries of the queue
     * @return the offset in bytes
     */
    public static int availableEvent(int size) {
        return USED_ELEMENTS + USED_ELEMENT_SIZE * size;
    }
}
