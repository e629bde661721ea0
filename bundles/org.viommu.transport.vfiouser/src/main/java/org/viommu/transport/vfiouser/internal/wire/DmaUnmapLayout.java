// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * Body of DMA_UNMAP, in both directions; vfio-user 0.0, VFIO_USER_DMA_UNMAP.
 *
 * <pre>
 * 0         4         8                   16                  24
 * +---------+---------+-------------------+-------------------+
 * | argsz   | flags   | address           | size              |
 * +---------+---------+-------------------+-------------------+
 * </pre>
 */
public final class DmaUnmapLayout {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int ADDRESS = 8;
    public static final int SIZE = 16;
    public static final int LENGTH = 24;

    /** Everything; address and size are 0 then. As in {@code struct vfio_iommu_type1_dma_unmap} of Linux. */
    public static final int FLAG_ALL = 0x2;

    private DmaUnmapLayout() {}
}
