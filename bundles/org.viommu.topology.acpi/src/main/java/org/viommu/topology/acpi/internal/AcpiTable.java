// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.acpi.ViotLayout;

/** What is true of every ACPI table: signature, length and checksum (ACPI 6.5, 5.2.6). */
final class AcpiTable {
    private AcpiTable() {}

    /**
     * Checks a table's header.
     *
     * @param table all its bytes
     * @return a little-endian view of them
     */
    static ByteBuffer open(byte[] table) throws TopologyFormatException {
        if (table.length < ViotLayout.HEADER_SIZE) {
            throw new TopologyFormatException(
                    0, "the table's size", table.length + " bytes", "must be at least " + ViotLayout.HEADER_SIZE);
        }
        String signature = new String(
                table, ViotLayout.SIGNATURE, ViotLayout.SIGNATURE_TEXT.length(), StandardCharsets.ISO_8859_1);
        if (!signature.equals(ViotLayout.SIGNATURE_TEXT)) {
            throw new TopologyFormatException(
                    ViotLayout.SIGNATURE,
                    "signature",
                    TopologyFormatException.printable(signature),
                    "must be " + ViotLayout.SIGNATURE_TEXT);
        }
        ByteBuffer view = ByteBuffer.wrap(table).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        int length = view.getInt(ViotLayout.LENGTH);
        if (length != table.length) {
            throw new TopologyFormatException(
                    ViotLayout.LENGTH,
                    "length",
                    Integer.toUnsignedString(length),
                    "must be " + table.length + ", the number of bytes given");
        }
        int missing = checksum(table);
        if (missing != 0) {
            int stored = table[ViotLayout.CHECKSUM] & 0xff;
            throw new TopologyFormatException(
                    ViotLayout.CHECKSUM,
                    "checksum",
                    String.format("0x%02x", stored),
                    String.format("must be 0x%02x for these bytes", stored + missing & 0xff));
        }
        return view;
    }

    /**
     * What is missing for the sum of all bytes to be 0 modulo 256.
     *
     * @return 0 to 255
     */
    static int checksum(byte[] table) {
        int sum = 0;
        for (byte value : table) {
            sum += value;
        }
        return -sum & 0xff;
    }
}
