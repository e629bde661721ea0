// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * A PROBE request (virtio 1.4, 5.13.6.7). The device-writable part holds a list of properties (see {@link
 * PropertyLayout}), filled up with zeros to the {@linkplain IommuConfigLayout#PROBE_SIZE probe size} of the
 * configuration space, and the tail behind it.
 *
 * <pre>
 *  device-readable                          device-writable
 *  0      4          8              72      0                  probe size    probe size + 4
 *  +------+----------+--------------+       +------------------+-------------+
 *  | head | endpoint | reserved     |       | properties       | tail        |
 *  +------+----------+--------------+       +------------------+-------------+
 * </pre>
 */
public final class ProbeLayout {
    /** le32: endpoint ID. */
    public static final int ENDPOINT = 4;

    /** 64 bytes that the device ignores. */
    public static final int RESERVED = 8;

    /** Size of the device-readable part. */
    public static final int SIZE = 72;

    /** Offset of the properties in the device-writable part. */
    public static final int PROPERTIES = 0;

    private ProbeLayout() {}
}
