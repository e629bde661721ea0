// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * The device-readable part of an ATTACH request (virtio 1.4, 5.13.6.3).
 *
 * <pre>
 *  0      4        8          12      16         20
 *  +------+--------+----------+-------+----------+
 *  | head | domain | endpoint | flags | reserved |
 *  +------+--------+----------+-------+----------+
 * </pre>
 */
public final class AttachLayout {
    /** le32: domain ID; the domain comes into being with its first endpoint. */
    public static final int DOMAIN = 4;

    /** le32: endpoint ID. */
    public static final int ENDPOINT = 8;

    /** le32: see {@link AttachFlags}. */
    public static final int FLAGS = 12;

    /** Four bytes that must be zero. */
    public static final int RESERVED = 16;

    /** Size of the device-readable part. */
    public static final int SIZE = 20;

    private AttachLayout() {}
}
