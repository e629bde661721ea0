// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * The property RESV_MEM: I/O virtual addresses that must not be mapped for the endpoint (virtio 1.4, 5.13.6.8.1).
 *
 * <pre>
 *  0               4         5          8       16            24
 *  +---------------+---------+----------+-------+-------------+
 *  | property head | subtype | reserved | start | end         |
 *  |               |         |          |       | (inclusive) |
 *  +---------------+---------+----------+-------+-------------+
 * </pre>
 */
public final class ReservedMemoryLayout {
    /** u8: {@link #RESERVED} or {@link #MSI}; a driver takes any other for {@link #RESERVED}. */
    public static final int SUBTYPE = 4;

    /** le64: first address. */
    public static final int START = 8;

    /** le64: last address (inclusive). */
    public static final int END = 16;

    /** Size of the property with its head. */
    public static final int SIZE = 24;

    /** Value of {@link PropertyLayout#LENGTH}: the property without its head. */
    public static final int LENGTH = SIZE - PropertyLayout.HEAD_SIZE;

    /** Subtype: accesses are refused. */
    public static final int RESERVED = 0;

    /** Subtype: a doorbell window; message-signalled interrupts written there pass untranslated. */
    public static final int MSI = 1;

    private ReservedMemoryLayout() {}
}
