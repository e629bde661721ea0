// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.viommu.topology.devicetree.FdtLayout;

/**
 * A property of a node.
 *
 * @param name its name
 * @param value its bytes, which nobody changes
 * @param offset where the value begins in the blob that it was read from; 0 if it is new
 */
record DeviceProperty(String name, byte[] value, int offset) {

    /** A property that is nowhere yet. */
    static DeviceProperty ofCells(String name, int... cells) {
        ByteBuffer value = ByteBuffer.allocate(cells.length * FdtLayout.CELL);
        for (int cell : cells) {
            value.putInt(cell);
        }
        return new DeviceProperty(name, value.array(), 0);
    }

    /** A property that is nowhere yet; every string ends with a NUL. */
    static DeviceProperty ofStrings(String name, String... strings) {
        return new DeviceProperty(name, (String.join("\0", strings) + "\0").getBytes(StandardCharsets.ISO_8859_1), 0);
    }

    boolean isCells() {
        return value.length % FdtLayout.CELL == 0;
    }

    /** Number of whole cells. */
    int cells() {
        return value.length / FdtLayout.CELL;
    }

    /** One of the {@link #cells()}. */
    int cell(int index) {
        return ByteBuffer.wrap(value).getInt(index * FdtLayout.CELL);
    }

    /** The value if it is exactly one cell. */
    OptionalInt single() {
        return value.length == FdtLayout.CELL ? OptionalInt.of(cell(0)) : OptionalInt.empty();
    }

    /** Up to two cells as one number, unsigned. */
    long number(int first, int count) {
        long number = 0;
        for (int i = first; i < first + count; i++) {
            number = number << Integer.SIZE | cell(i) & 0xffff_ffffL;
        }
        return number;
    }

    /** The value up to the first NUL. */
    String string() {
        String all = new String(value, StandardCharsets.ISO_8859_1);
        int end = all.indexOf('\0');
        return end < 0 ? all : all.substring(0, end);
    }

    List<String> strings() {
        return List.of(new String(value, StandardCharsets.ISO_8859_1).split("\0"));
    }
}
