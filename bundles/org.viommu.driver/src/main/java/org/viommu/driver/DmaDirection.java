// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import org.viommu.virtio.iommu.MapFlags;

/** Which way data goes between memory and a device. */
public enum DmaDirection {
    /** The device reads memory. */
    TO_DEVICE(MapFlags.READ),
    /** The device writes memory. */
    FROM_DEVICE(MapFlags.WRITE),
    /** The device reads and writes memory. */
    BOTH(MapFlags.READ | MapFlags.WRITE);

    private final int flags;

    DmaDirection(int flags) {
        this.flags = flags;
    }

    /**
     * What a mapping must allow.
     *
     * @return bits of {@link MapFlags}
     */
    public int flags() {
        return flags;
    }
}
