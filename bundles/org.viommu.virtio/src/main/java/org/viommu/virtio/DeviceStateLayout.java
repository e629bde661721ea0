// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.viommu.virtqueue.QueueState;

/**
 * The bytes of a {@link DeviceState}, little-endian.
 *
 * <pre>
 *          +0       +2       +4       +6       +8
 *  0x00    version  queues   device ID
 *  0x08    status   gen.     0        length of the type's state
 *  0x10    driver's features, first two words
 *  0x18    further feature words that are not 0
 *  0x20    queue 0, queue 1, ...
 *          type's state
 *
 *  queue   flags             size
 *  +0x08   descriptor area
 *  +0x10   driver area
 *  +0x18   device area
 *  +0x20   {@link QueueState}, or zeros
 * </pre>
 */
final class DeviceStateLayout {
    /** le16: {@link #VERSION_1}. */
    static final int VERSION = 0x00;

    /** le16: number of queues. */
    static final int QUEUES = 0x02;

    /** le32. */
    static final int DEVICE_ID = 0x04;

    /** le16: bits of {@link DeviceStatus}. */
    static final int STATUS = 0x08;

    /** le16: 0 to 255. */
    static final int GENERATION = 0x0a;

    /** le32: bytes behind the queues. */
    static final int TYPE_LENGTH = 0x0c;

    /** le64. */
    static final int FEATURES = 0x10;

    /** le64. */
    static final int FEATURES_BEYOND = 0x18;

    /** Size of what comes before the queues. */
    static final int SIZE = 0x20;

    /** le32 of a queue: {@code QUEUE_} bits. */
    static final int QUEUE_FLAGS = 0x00;

    /** le32 of a queue. */
    static final int QUEUE_SIZE = 0x04;

    /** le64 of a queue. */
    static final int QUEUE_DESCRIPTOR_AREA = 0x08;

    /** le64 of a queue. */
    static final int QUEUE_DRIVER_AREA = 0x10;

    /** le64 of a queue. */
    static final int QUEUE_DEVICE_AREA = 0x18;

    /** {@link QueueState#BYTES} bytes of a queue. */
    static final int QUEUE_POSITION = 0x20;

    /** Size of a queue. */
    static final int QUEUE = QUEUE_POSITION + QueueState.BYTES;

    /** Bit of {@link #QUEUE_FLAGS}: the driver has enabled the queue. */
    static final int QUEUE_ENABLED = 1;

    /** Bit of {@link #QUEUE_FLAGS}: the queue cannot be enabled before a reset. */
    static final int QUEUE_SEALED = 1 << 1;

    /** Bit of {@link #QUEUE_FLAGS}: there is a position. */
    static final int QUEUE_IN_USE = 1 << 2;

    /** The one version there is. */
    static final int VERSION_1 = 1;

    private DeviceStateLayout() {}
}
