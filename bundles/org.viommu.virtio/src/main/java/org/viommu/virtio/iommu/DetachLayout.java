// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * The device-readable part of a DETACH request (virtio 1.4, 5.13.6.4).
 *
 * <pre>
 *  0      4        8          12         20
 *  +------+--------+----------+----------+
 *  | head | domain | endpoint | reserved |
 *  +------+--------+----------+----------+
 * </pre>
 */
public final class DetachLayout {
    /** le32: domain ID. */
    public static final int DOMAIN = 4;

    /** le32: endpoint ID. */
    public static final int ENDPOINT = 8;

    /** Eight bytes that the device ignores. */
    public static final int RESERVED = 12;

    /** Size of the device-readable part. */
    public static final int SIZE = 20;

    private DetachLayout() {}
}
