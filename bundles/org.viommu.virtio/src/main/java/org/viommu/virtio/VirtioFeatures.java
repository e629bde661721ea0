// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.Map;

/**
 * Feature bits that belong neither to a device type nor to the rings (virtio 1.4, chapter 6), as masks. Those of the
 * rings are in {@link org.viommu.virtqueue.RingFeatures}.
 */
public final class VirtioFeatures {
    /** The bits that each device type defines for itself (virtio 1.4, 2.2): 0 to 23 and 50 to 63. */
    public static final long DEVICE_TYPE = (1L << 24) - 1 | -1L << 50;

    /** The device follows virtio 1.0 or later. */
    public static final long VERSION_1 = 1L << 32;

    /** The platform limits or translates the device's accesses to memory. */
    public static final long ACCESS_PLATFORM = 1L << 33;

    /** A kick says how far the driver has come (virtio 1.4, 2.9). */
    public static final long NOTIFICATION_DATA = 1L << 38;

    /** A kick names its queue by a value that the device gives (virtio 1.4, 4.1.5.2). */
    public static final long NOTIF_CONFIG_DATA = 1L << 39;

    /** The driver may reset one queue while the others go on (virtio 1.4, 2.6.1). */
    public static final long RING_RESET = 1L << 40;

    /** The bits that a transport may add to a device's offer: {@link VirtioDevice#offer}. */
    public static final long TRANSPORT = NOTIFICATION_DATA | NOTIF_CONFIG_DATA | RING_RESET;

    /** The names of the bits of this class. */
    public static final Map<Long, String> NAMES = Map.of(
            VERSION_1, "VERSION_1",
            ACCESS_PLATFORM, "ACCESS_PLATFORM",
            NOTIFICATION_DATA, "NOTIFICATION_DATA",
            NOTIF_CONFIG_DATA, "NOTIF_CONFIG_DATA",
            RING_RESET, "RING_RESET");

    private VirtioFeatures() {}
}
