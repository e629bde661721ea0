// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

/** What people call the devices that Viommu has, by the device IDs of virtio 1.4, chapter 5. */
final class DeviceTypes {
    private static final int BLOCK = 2;
    private static final int ENTROPY = 4;
    private static final int IOMMU = 23;

    private DeviceTypes() {}

    static String name(int deviceId) {
        return switch (deviceId) {
            case 0 -> "-";
            case BLOCK -> "block";
            case ENTROPY -> "entropy";
            case IOMMU -> "iommu";
            default -> "device " + deviceId;
        };
    }
}
