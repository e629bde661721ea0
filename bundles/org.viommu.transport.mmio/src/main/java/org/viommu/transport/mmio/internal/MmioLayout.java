// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio.internal;

/**
 * The registers of a device (virtio 1.4, 4.2.2): little-endian words of 32 bits, and behind them the configuration
 * space.
 *
 * <pre>
 *        +0                     +4                     +8                     +c
 *  000   magic              R   version            R   device ID          R   vendor ID          R
 *  010   device features    R   device feat. sel.  W
 *  020   driver features    W   driver feat. sel.  W
 *  030   queue select       W   queue size max     R   queue size         W
 *  040                          queue ready       RW
 *  050   queue notify       W
 *  060   interrupt status   R   interrupt ack      W
 *  070   status            RW
 *  080   queue descriptor area, low and high       W
 *  090   queue driver area, low and high           W
 *  0a0   queue device area, low and high           W                          shm select         W
 *  0b0   shm length, low and high                  R   shm base, low and high                    R
 *  0c0   queue reset       RW
 *  0f0                                                                        config generation  R
 *  100   configuration space                      RW
 * </pre>
 */
public final class MmioLayout {
    /** R: {@link #MAGIC_VALUE}. */
    public static final int MAGIC = 0x000;

    /** R: {@link #VERSION_VALUE}. */
    public static final int VERSION = 0x004;

    /** R: the device ID of virtio 1.4, chapter 5; 0 if there is no device. */
    public static final int DEVICE_ID = 0x008;

    /** R: who makes the device. */
    public static final int VENDOR_ID = 0x00c;

    /** R: 32 of the offered features. */
    public static final int DEVICE_FEATURES = 0x010;

    /** W: which 32 features {@link #DEVICE_FEATURES} shows. */
    public static final int DEVICE_FEATURES_SELECT = 0x014;

    /** W: 32 of the features that the driver accepts. */
    public static final int DRIVER_FEATURES = 0x020;

    /** W: which 32 features {@link #DRIVER_FEATURES} sets. */
    public static final int DRIVER_FEATURES_SELECT = 0x024;

    /** W: which queue the queue registers belong to. */
    public static final int QUEUE_SELECT = 0x030;

    /** R: largest number of entries; 0 if there is no such queue. */
    public static final int QUEUE_SIZE_MAX = 0x034;

    /** W: number of entries. */
    public static final int QUEUE_SIZE = 0x038;

    /** RW: 1 while the device may use the queue. */
    public static final int QUEUE_READY = 0x044;

    /** W: a kick; the index of a queue, with NOTIFICATION_DATA in the lower half. */
    public static final int QUEUE_NOTIFY = 0x050;

    /** R: the {@code INTERRUPT_} bits of events since their last acknowledgement. */
    public static final int INTERRUPT_STATUS = 0x060;

    /** W: clears bits of {@link #INTERRUPT_STATUS}. */
    public static final int INTERRUPT_ACK = 0x064;

    /** RW: bits of {@link org.viommu.virtio.DeviceStatus}; 0 resets the device. */
    public static final int STATUS = 0x070;

    /** W: address of the descriptor area; the upper half is at + 4. */
    public static final int QUEUE_DESCRIPTOR_AREA = 0x080;

    /** W: address of the driver area; the upper half is at + 4. */
    public static final int QUEUE_DRIVER_AREA = 0x090;

    /** W: address of the device area; the upper half is at + 4. */
    public static final int QUEUE_DEVICE_AREA = 0x0a0;

    /** W: which shared memory region the two registers below show. */
    public static final int SHM_SELECT = 0x0ac;

    /** R: length of a shared memory region, all ones if it does not exist; the upper half is at + 4. */
    public static final int SHM_LENGTH = 0x0b0;

    /** R: address of a shared memory region, all ones if it does not exist; the upper half is at + 4. */
    public static final int SHM_BASE = 0x0b8;

    /** RW: 1 resets the queue, and is read while that is not done. */
    public static final int QUEUE_RESET = 0x0c0;

    /** R: changes when the configuration space could have been read torn. */
    public static final int CONFIG_GENERATION = 0x0fc;

    /** RW: the device-specific configuration space. */
    public static final int CONFIG = 0x100;

    /** Size of a register. */
    public static final int REGISTER_SIZE = 4;

    /** "virt". */
    public static final int MAGIC_VALUE = 0x74726976;

    /** The version without a legacy form. */
    public static final int VERSION_VALUE = 2;

    /** Bit of the interrupt registers: the device has used a buffer of some queue. */
    public static final int INTERRUPT_QUEUE = 1;

    /** Bit of the interrupt registers: the configuration has changed. */
    public static final int INTERRUPT_CONFIG = 2;

    private MmioLayout() {}
}
