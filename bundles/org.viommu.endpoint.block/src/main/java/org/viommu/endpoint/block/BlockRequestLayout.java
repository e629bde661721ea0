// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block;

/**
 * A request (virtio 1.4, 5.2.6). The header and what the device reads are the readable part, what the device writes and the status are the writable part; how
 * the driver cuts them into descriptors does not matter. All fields are little-endian.
 *
 * <pre>
 *  0      4          8        16                    0
 *  +------+----------+--------+-----------------    ------------------+--------+
 *  | type | reserved | sector | data to write ...   data that was read | status |
 *  +------+----------+--------+-----------------    ------------------+--------+
 *   readable part                                   writable part
 * </pre>
 */
public final class BlockRequestLayout {
    /** le32: see {@link BlockRequestType}. */
    public static final int TYPE = 0;

    /** le64: first sector; means nothing to FLUSH, GET_ID and WRITE_ZEROES. */
    public static final int SECTOR = 8;

    /** Size of the header, and offset of what the device is given in the readable part. */
    public static final int HEADER_SIZE = 16;

    /** Size of the status, the last byte of the writable part: see {@link BlockStatus}. */
    public static final int STATUS_SIZE = 1;

    /** Bytes in a sector, whatever the block size. */
    public static final int SECTOR_SIZE = 512;

    /** Bytes of the answer to GET_ID: a serial number, filled up with zeros. */
    public static final int ID_SIZE = 20;

    private BlockRequestLayout() {}
}
