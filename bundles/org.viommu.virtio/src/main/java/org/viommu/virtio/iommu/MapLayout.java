// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * The device-readable part of a MAP request (virtio 1.4, 5.13.6.5).
 *
 * <pre>
 *  0      4        8               16            24               32      36
 *  +------+--------+---------------+-------------+----------------+-------+
 *  | head | domain | virtual start | virtual end | physical start | flags |
 *  |      |        |               | (inclusive) |                |       |
 *  +------+--------+---------------+-------------+----------------+-------+
 * </pre>
 */
public final class MapLayout {
    /** le32: domain ID. */
    public static final int DOMAIN = 4;

    /** le64: first I/O virtual address. */
    public static final int VIRTUAL_START = 8;

    /** le64: last I/O virtual address (inclusive). */
    public static final int VIRTUAL_END = 16;

    /** le64: guest-physical address of the first byte. */
    public static final int PHYSICAL_START = 24;

    /** le32: see {@link MapFlags}. */
    public static final int FLAGS = 32;

    /** Size of the device-readable part. */
    public static final int SIZE = 36;

    private MapLayout() {}
}
