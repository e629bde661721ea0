// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree;

/**
 * The flattened devicetree of the Devicetree Specification 0.4, chapter 5. All fields are big-endian.
 *
 * <p>Header:
 *
 * <pre>
 *  0       4            8                    12                    16
 *  +-------+------------+--------------------+---------------------+
 *  | magic | total size | offset of structure | offset of strings  |
 *  +-------+------------+--------------------+---------------------+
 *  16                     20        24                        28
 *  +----------------------+---------+-------------------------+
 *  | offset of reservations | version | last compatible version |
 *  +----------------------+---------+-------------------------+
 *  28                 32                36                  40
 *  +------------------+-----------------+-------------------+
 *  | boot processor   | size of strings | size of structure |   the last one since version 17
 *  +------------------+-----------------+-------------------+
 * </pre>
 *
 * <p>Memory reservations, the last of which is all zero:
 *
 * <pre>
 *  0         8      16
 *  +---------+------+
 *  | address | size |
 *  +---------+------+
 * </pre>
 *
 * <p>Structure: tokens at multiples of 4 bytes.
 *
 * <pre>
 *  BEGIN_NODE | name, NUL, padding |
 *  PROP       | length | offset of the name in the strings | value, padding |
 *  NOP
 *  END_NODE
 *  END
 * </pre>
 */
public final class FdtLayout {
    /** Value of {@link #MAGIC}. */
    public static final int MAGIC_VALUE = 0xd00dfeed;

    /** be32: {@link #MAGIC_VALUE}. */
    public static final int MAGIC = 0;

    /** be32: size of the blob in bytes, header and room to spare included. */
    public static final int TOTAL_SIZE = 4;

    /** be32: offset of the structure block. */
    public static final int STRUCT_OFFSET = 8;

    /** be32: offset of the strings block. */
    public static final int STRINGS_OFFSET = 12;

    /** be32: offset of the memory reservations. */
    public static final int RESERVATIONS_OFFSET = 16;

    /** be32: version of the format. */
    public static final int VERSION = 20;

    /** be32: oldest version whose readers understand the blob. */
    public static final int LAST_COMPATIBLE_VERSION = 24;

    /** be32: the processor that boots. */
    public static final int BOOT_CPU = 28;

    /** be32: size of the strings block in bytes. */
    public static final int STRINGS_SIZE = 32;

    /** be32, since version 17: size of the structure block in bytes. */
    public static final int STRUCT_SIZE = 36;

    /** Size of the header before version 17. */
    public static final int HEADER_SIZE_16 = 36;

    /** Size of the header. */
    public static final int HEADER_SIZE = 40;

    /** The oldest version with this structure. */
    public static final int OLDEST_VERSION = 16;

    /** The version that is written. */
    public static final int CURRENT_VERSION = 17;

    /** Size of a memory reservation. */
    public static final int RESERVATION_SIZE = 16;

    /** Alignment of the memory reservations. */
    public static final int RESERVATION_ALIGNMENT = 8;

    /** Alignment of tokens, names and values, and size of a cell. */
    public static final int CELL = 4;

    /** Token: a node begins. */
    public static final int BEGIN_NODE = 1;

    /** Token: a node ends. */
    public static final int END_NODE = 2;

    /** Token: a property. */
    public static final int PROP = 3;

    /** Token: nothing. */
    public static final int NOP = 4;

    /** Token: the structure ends. */
    public static final int END = 9;

    private FdtLayout() {}
}
