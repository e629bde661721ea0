// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

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

    private VirtioFeatures() {}
}
