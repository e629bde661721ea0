// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

/** Bits of the device status field (virtio 1.4, 2.1). */
public final class DeviceStatus {
    /** The driver has noticed the device. */
    public static final int ACKNOWLEDGE = 1;

    /** The driver knows how to drive the device. */
    public static final int DRIVER = 2;

    /** The driver is set up: the device works. */
    public static final int DRIVER_OK = 4;

    /** Both sides agree on the features; the device leaves the bit clear to refuse the driver's choice. */
    public static final int FEATURES_OK = 8;

    /** The device has met an error from which only a reset helps. Set by the device alone. */
    public static final int NEEDS_RESET = 64;

    /** The driver has given up. */
    public static final int FAILED = 128;

    private DeviceStatus() {}
}
