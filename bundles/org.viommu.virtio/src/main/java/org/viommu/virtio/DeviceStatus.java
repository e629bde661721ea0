// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

    private static final Map<Integer, String> NAMES = new TreeMap<>(Map.of(
            ACKNOWLEDGE, "ACKNOWLEDGE",
            DRIVER, "DRIVER",
            DRIVER_OK, "DRIVER_OK",
            FEATURES_OK, "FEATURES_OK",
            NEEDS_RESET, "NEEDS_RESET",
            FAILED, "FAILED"));

    private DeviceStatus() {}

    /**
     * The names of the bits of this class.
     *
     * @param status a device status
     * @return the names of those that are set, the lowest bit first
     */
    public static List<String> names(int status) {
        return NAMES.entrySet().stream()
                .filter(bit -> (status & bit.getKey()) != 0)
                .map(Map.Entry::getValue)
                .toList();
    }
}
