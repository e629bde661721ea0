// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * The device-readable part of an UNMAP request (virtio 1.4, 5.13.6.6).
 *
 * <pre>
 *  0      4        8               16            24         28
 *  +------+--------+---------------+-------------+----------+
 *  | head | domain | virtual start | virtual end | reserved |
 *  |      |        |               | (inclusive) |          |
 *  +------+--------+---------------+-------------+----------+
 * </pre>
 */
public final class UnmapLayout {
    /** le32: domain ID. */
    public static final int DOMAIN = 4;

    /** le64: first I/O virtual address. */
    public static final int VIRTUAL_START = 8;

    /** le64: last I/O virtual address (inclusive). */
    public static final int VIRTUAL_END = 16;

    /** Four bytes that should be zero; a device may refuse others. */
    public static final int RESERVED = 24;

    /** Size of the device-readable part. */
    public static final int SIZE = 28;

    private UnmapLayout() {}
}
