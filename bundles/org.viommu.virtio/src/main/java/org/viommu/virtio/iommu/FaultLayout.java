// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * A fault report on the event queue (virtio 1.4, 5.13.6.9).
 *
 * <pre>
 *  0        1          4       8          12         16        24
 *  +--------+----------+-------+----------+----------+---------+
 *  | reason | reserved | flags | endpoint | reserved | address |
 *  +--------+----------+-------+----------+----------+---------+
 * </pre>
 */
public final class FaultLayout {
    /** u8: the {@link FaultReason}. */
    public static final int REASON = 0;

    /** Three bytes that the device clears; a driver drops the report if they are not zero. */
    public static final int RESERVED = 1;

    /** le32: see {@link FaultFlags}. */
    public static final int FLAGS = 4;

    /** le32: ID of the endpoint that made the access. */
    public static final int ENDPOINT = 8;

    /** Four bytes that the device clears and a driver ignores. */
    public static final int RESERVED1 = 12;

    /** le64: the refused I/O virtual address; valid with {@link FaultFlags#ADDRESS}. */
    public static final int ADDRESS = 16;

    /** Size of a report. */
    public static final int SIZE = 24;

    private FaultLayout() {}
}
