// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.util.Arrays;

/**
 * The fields of the common configuration structure (virtio 1.4, 4.1.4.3). All are little-endian.
 *
 * <pre>
 *       3               2               1               0
 *  00   device feature select
 *  04   device feature
 *  08   driver feature select
 *  0c   driver feature
 *  10   number of queues                configuration MSI-X vector
 *  14   queue select                    generation      device status
 *  18   queue MSI-X vector              queue size
 *  1c   queue notify offset             queue enable
 *  20   queue descriptor area (le64)
 *  28   queue driver area (le64)
 *  30   queue device area (le64)
 *  38   queue reset                     queue notify configuration data
 *  3c   number of admin queues          first admin queue
 * </pre>
 */
public enum CommonConfigLayout {
    /** Which 32 of the device's features {@link #DEVICE_FEATURE} shows. */
    DEVICE_FEATURE_SELECT(0x00, 4),
    /** Offered features. */
    DEVICE_FEATURE(0x04, 4),
    /** Which 32 of the driver's features {@link #DRIVER_FEATURE} holds. */
    DRIVER_FEATURE_SELECT(0x08, 4),
    /** The driver's choice. */
    DRIVER_FEATURE(0x0c, 4),
    /** Vector of configuration change notifications. */
    CONFIG_MSIX_VECTOR(0x10, 2),
    /** Number of queues, without admin queues. */
    NUM_QUEUES(0x12, 2),
    /** Bits of {@link org.viommu.virtio.DeviceStatus}. */
    DEVICE_STATUS(0x14, 1),
    /** Generation of the device-specific configuration space. */
    CONFIG_GENERATION(0x15, 1),
    /** Which queue the fields below belong to. */
    QUEUE_SELECT(0x16, 2),
    /** Entries of the queue; 0 if there is no such queue. */
    QUEUE_SIZE(0x18, 2),
    /** Vector of the queue's used buffer notifications. */
    QUEUE_MSIX_VECTOR(0x1a, 2),
    /** 1 enables the queue. */
    QUEUE_ENABLE(0x1c, 2),
    /** Place of the queue in the notify structure, in steps of its multiplier. */
    QUEUE_NOTIFY_OFFSET(0x1e, 2),
    /** Address of the descriptor area. */
    QUEUE_DESCRIPTOR_AREA(0x20, 8),
    /** Address of the driver area. */
    QUEUE_DRIVER_AREA(0x28, 8),
    /** Address of the device area. */
    QUEUE_DEVICE_AREA(0x30, 8),
    /** What to write as a kick, if NOTIF_CONFIG_DATA is negotiated. */
    QUEUE_NOTIFY_CONFIG_DATA(0x38, 2),
    /** 1 resets the queue, if RING_RESET is negotiated. */
    QUEUE_RESET(0x3a, 2),
    /** Index of the first admin queue, if ADMIN_VQ is negotiated. */
    ADMIN_QUEUE_INDEX(0x3c, 2),
    /** Number of admin queues, if ADMIN_VQ is negotiated. */
    ADMIN_QUEUE_NUMBER(0x3e, 2);

    /** Size of the structure. */
    public static final int SIZE = 0x40;

    private static final CommonConfigLayout[] BY_OFFSET = new CommonConfigLayout[SIZE];

    static {
        for (CommonConfigLayout field : values()) {
            Arrays.fill(BY_OFFSET, field.offset, field.offset + field.size, field);
        }
    }

    private final int offset;
    private final int size;

    CommonConfigLayout(int offset, int size) {
        this.offset = offset;
        this.size = size;
    }

    /**
     * Finds the field of a byte.
     *
     * @param offset of the byte, 0 to {@link #SIZE} - 1
     * @return the field; the structure has no gaps
     */
    public static CommonConfigLayout at(int offset) {
        return BY_OFFSET[offset];
    }

    /**
     * Where the field begins.
     *
     * @return offset in bytes
     */
    public int offset() {
        return offset;
    }

    /**
     * How wide the field is.
     *
     * @return 1, 2, 4 or 8 bytes
     */
    public int size() {
        return size;
    }
}
