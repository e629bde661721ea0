// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/** Flags of a MAP request (virtio 1.4, 5.13.6.5). */
public final class MapFlags {
    /** Endpoints may read. */
    public static final int READ = 1 << 0;

    /** Endpoints may write. */
    public static final int WRITE = 1 << 1;

    /** The range holds device registers; only with {@link IommuFeatures#MMIO}. */
    public static final int MMIO = 1 << 2;

    /** All flags of the standard. */
    public static final int ALL = READ | WRITE | MMIO;

    private MapFlags() {}
}
