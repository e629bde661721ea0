// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.nio.ByteBuffer;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.devicetree.FdtLayout;

/**
 * A header whose blocks are inside the blob.
 *
 * @param totalSize bytes that belong to the blob
 * @param structure where the structure begins
 * @param structureEnd first byte behind it
 * @param strings where the strings begin
 * @param stringsEnd first byte behind them
 * @param reservations where the memory reservations begin
 * @param bootCpu the processor that boots
 */
record FdtHeader(
        int totalSize, int structure, int structureEnd, int strings, int stringsEnd, int reservations, int bootCpu) {

    /**
     * Checks a header.
     *
     * @throws TopologyFormatException if it is none, or contradicts itself or the size of the blob
     */
    static FdtHeader read(ByteBuffer blob) throws TopologyFormatException {
        int given = blob.limit();
        if (given < FdtLayout.HEADER_SIZE_16) {
            throw new TopologyFormatException(
                    0, "the blob's size", given + " bytes", "must be at least " + FdtLayout.HEADER_SIZE_16);
        }
        int magic = blob.getInt(FdtLayout.MAGIC);
        if (magic != FdtLayout.MAGIC_VALUE) {
            throw new TopologyFormatException(
                    FdtLayout.MAGIC, "magic", hex(magic), "must be " + hex(FdtLayout.MAGIC_VALUE));
        }
        int version = blob.getInt(FdtLayout.VERSION);
        check(
                FdtLayout.VERSION,
                "version",
                version,
                version >= FdtLayout.OLDEST_VERSION,
                "must be " + FdtLayout.OLDEST_VERSION + " or later");
        int compatible = blob.getInt(FdtLayout.LAST_COMPATIBLE_VERSION);
        check(
                FdtLayout.LAST_COMPATIBLE_VERSION,
                "last compatible version",
                compatible,
                compatible >= 0 && compatible <= FdtLayout.CURRENT_VERSION,
                "must be at most " + FdtLayout.CURRENT_VERSION);
        boolean sized = version >= FdtLayout.CURRENT_VERSION;
        int least = sized ? FdtLayout.HEADER_SIZE : FdtLayout.HEADER_SIZE_16;
        int total = blob.getInt(FdtLayout.TOTAL_SIZE);
        check(
                FdtLayout.TOTAL_SIZE,
                "total size",
                total,
                total >= least && total <= given,
                "must be " + least + " to " + given + ", the number of bytes given");
        int structure = offset(blob, FdtLayout.STRUCT_OFFSET, "offset of the structure", FdtLayout.CELL, least, total);
        int strings = offset(blob, FdtLayout.STRINGS_OFFSET, "offset of the strings", 1, least, total);
        int reservations = offset(
                blob,
                FdtLayout.RESERVATIONS_OFFSET,
                "offset of the memory reservations",
                FdtLayout.RESERVATION_ALIGNMENT,
                least,
                total);
        int stringsSize = size(blob, FdtLayout.STRINGS_SIZE, "size of the strings", total - strings);
        int structureSize = sized
                ? size(blob, FdtLayout.STRUCT_SIZE, "size of the structure", total - structure)
                : total - structure;
        return new FdtHeader(
                total,
                structure,
                structure + structureSize,
                strings,
                strings + stringsSize,
                reservations,
                blob.getInt(FdtLayout.BOOT_CPU));
    }

    private static int offset(ByteBuffer blob, int field, String name, int alignment, int least, int most)
            throws TopologyFormatException {
        int offset = blob.getInt(field);
        check(field, name, offset, offset >= least && offset <= most, "must be " + least + " to " + most);
        check(field, name, offset, offset % alignment == 0, "must be a multiple of " + alignment);
        return offset;
    }

    private static int size(ByteBuffer blob, int field, String name, int most) throws TopologyFormatException {
        int size = blob.getInt(field);
        check(field, name, size, size >= 0 && size <= most, "must be at most " + most);
        return size;
    }

    private static void check(int field, String name, int value, boolean allowed, String expected)
            throws TopologyFormatException {
        if (!allowed) {
            throw new TopologyFormatException(field, name, Integer.toUnsignedString(value), expected);
        }
    }

    private static String hex(int value) {
        return String.format("0x%08x", value);
    }
}
