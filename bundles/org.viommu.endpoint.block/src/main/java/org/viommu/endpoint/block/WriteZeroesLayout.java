// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block;

/**
 * The range in a WRITE_ZEROES request (virtio 1.4, 5.2.6).
 *
 * <pre>
 *  0        8                   12      16
 *  +--------+-------------------+-------+
 *  | sector | number of sectors | flags |
 *  +--------+-------------------+-------+
 * </pre>
 */
public final class WriteZeroesLayout {
    /** le64: first sector. */
    public static final int SECTOR = 0;

    /** le32: number of sectors. */
    public static final int COUNT = 8;

    /** le32: flags. */
    public static final int FLAGS = 12;

    /** Flag: the device may give the space back. All other flags are reserved. */
    public static final int FLAG_UNMAP = 1;

    /** Size of a range. */
    public static final int SIZE = 16;

    private WriteZeroesLayout() {}
}
