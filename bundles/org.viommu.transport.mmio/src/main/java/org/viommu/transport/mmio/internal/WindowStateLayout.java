// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio.internal;

/**
 * The bytes of a saved window, little-endian, in front of those of its device.
 *
 * <pre>
 *        +0       +2       +4                 +8                 +c
 *  00    version  0        device feat. sel.  driver feat. sel.  queue select
 *  10    interrupt status  0
 *  18    {@link org.viommu.virtio.DeviceState}
 * </pre>
 */
final class WindowStateLayout {
    /** le16: {@link #VERSION_1}. */
    static final int VERSION = 0x00;

    /** le32. */
    static final int DEVICE_FEATURES_SELECT = 0x04;

    /** le32. */
    static final int DRIVER_FEATURES_SELECT = 0x08;

    /** le32. */
    static final int QUEUE_SELECT = 0x0c;

    /** le32: {@code INTERRUPT_} bits of {@link MmioLayout}. */
    static final int INTERRUPT_STATUS = 0x10;

    /** Where the device begins. */
    static final int DEVICE = 0x18;

    /** The one version there is. */
    static final int VERSION_1 = 1;

    private WindowStateLayout() {}
}
