// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.viommu.topology.devicetree.FdtLayout;

/** Writes a flattened devicetree of version 17 without room to spare, byte for byte as {@code dtc} does. */
final class FdtWriter {
    private final ByteArrayOutputStream structure = new ByteArrayOutputStream();
    private final StringBuilder strings = new StringBuilder();
    private final Map<String, Integer> names = new HashMap<>();

    private FdtWriter() {}

    static byte[] write(DeviceTree tree) {
        FdtWriter writer = new FdtWriter();
        writer.put(tree.root());
        writer.put(FdtLayout.END);
        return writer.assemble(tree);
    }

    private byte[] assemble(DeviceTree tree) {
        int reservations = FdtLayout.HEADER_SIZE;
        int reservationsSize = (tree.reservations().size() + 1) * FdtLayout.RESERVATION_SIZE;
        int structureOffset = reservations + reservationsSize;
        int stringsOffset = structureOffset + structure.size();
        ByteBuffer blob = ByteBuffer.allocate(stringsOffset + strings.length());
        blob.putInt(FdtLayout.MAGIC, FdtLayout.MAGIC_VALUE);
        blob.putInt(FdtLayout.TOTAL_SIZE, blob.capacity());
        blob.putInt(FdtLayout.STRUCT_OFFSET, structureOffset);
        blob.putInt(FdtLayout.STRINGS_OFFSET, stringsOffset);
        blob.putInt(FdtLayout.RESERVATIONS_OFFSET, reservations);
        blob.putInt(FdtLayout.VERSION, FdtLayout.CURRENT_VERSION);
        blob.putInt(FdtLayout.LAST_COMPATIBLE_VERSION, FdtLayout.OLDEST_VERSION);
        blob.putInt(FdtLayout.BOOT_CPU, tree.bootCpu());
        blob.putInt(FdtLayout.STRINGS_SIZE, strings.length());
        blob.putInt(FdtLayout.STRUCT_SIZE, structure.size());
        blob.position(reservations);
        for (DeviceTree.Reservation reservation : tree.reservations()) {
            blob.putLong(reservation.address()).putLong(reservation.size());
        }
        blob.put(structureOffset, structure.toByteArray());
        blob.put(stringsOffset, strings.toString().getBytes(StandardCharsets.ISO_8859_1));
        return blob.array();
    }

    private void put(DeviceNode node) {
        put(FdtLayout.BEGIN_NODE);
        put((node.name() + '\0').getBytes(StandardCharsets.ISO_8859_1));
        for (DeviceProperty property : node.properties()) {
            put(FdtLayout.PROP);
            put(property.value().length);
            put(nameOffset(property.name()));
            put(property.value());
        }
        node.children().forEach(this::put);
        put(FdtLayout.END_NODE);
    }

    /** A name is put once, and not at all if it is the end of another one. */
    private int nameOffset(String name) {
        return names.computeIfAbsent(name, added -> {
            String ended = added + '\0';
            int found = strings.indexOf(ended);
            if (found >= 0) {
                return found;
            }
            strings.append(ended);
            return strings.length() - ended.length();
        });
    }

    private void put(int cell) {
        structure.writeBytes(ByteBuffer.allocate(FdtLayout.CELL).putInt(cell).array());
    }

    private void put(byte[] padded) {
        structure.writeBytes(padded);
        while (structure.size() % FdtLayout.CELL != 0) {
            structure.write(0);
        }
    }
}
