// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block;

/**
 * The device-specific configuration space (virtio 1.4, 5.2.4), as far as the offered features give it a meaning.
 *
 * <pre>
 *  0          8              12        16             20           24                                48
 *  +----------+--------------+---------+--------------+------------+---------------------------------+
 *  | capacity | (size limit) | seg max | (geometry)   | block size | (topology, cache, queues, ...)  |
 *  +----------+--------------+---------+--------------+------------+---------------------------------+
 *  48                       52                        56                  57         60
 *  +------------------------+-------------------------+-------------------+----------+
 *  | most sectors to zero   | most ranges to zero     | zeroing may unmap | (unused) |
 *  +------------------------+-------------------------+-------------------+----------+
 * </pre>
 */
public final class BlockConfigLayout {
    /** le64: number of sectors. */
    public static final int CAPACITY = 0;

    /** le32: most pieces of data in a request; valid with {@link BlockFeatures#SEG_MAX}. */
    public static final int SEG_MAX = 12;

    /** le32: bytes in a block, in which a driver best reads and writes; valid with {@link BlockFeatures#BLK_SIZE}. */
    public static final int BLK_SIZE = 20;

    /** le32: most sectors in a range of a WRITE_ZEROES request; valid with {@link BlockFeatures#WRITE_ZEROES}. */
    public static final int MAX_WRITE_ZEROES_SECTORS = 48;

    /** le32: most ranges in a WRITE_ZEROES request. */
    public static final int MAX_WRITE_ZEROES_SEG = 52;

    /** Size of the space. */
    public static final int SIZE = 60;

    private BlockConfigLayout() {}
}
