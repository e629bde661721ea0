// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.viommu.topology.acpi.ViotLayout;

/** Tables as bytes, written down so that each field can be seen. */
final class Tables {
    /** What QEMU's q35 machine gives with a virtio-iommu at 00:02.0, two PXBs behind it, and two bridges that bypass it. */
    static final byte[] Q35 = hex("""
            56 49 4f 54              # signature VIOT
            70 00 00 00              # length 112
            00 3d                    # revision, checksum
            42 4f 43 48 53 20        # OEM ID "BOCHS "
            42 58 50 43 20 20 20 20  # OEM table ID "BXPC    "
            01 00 00 00              # OEM revision
            42 58 50 43 01 00 00 00  # creator "BXPC", revision 1
            03 00 30 00              # 3 nodes from byte 0x30
            00 00 00 00 00 00 00 00  # reserved
            # 0x30: virtio-iommu at 0000:00:02.0
            03 00 10 00 00 00 10 00
            00 00 00 00 00 00 00 00
            # 0x40: endpoints 0x1000..., segment 0, BDFs 0x1000 to 0x10ff, output node 0x30
            01 00 18 00 00 10 00 00
            00 00 00 00 00 10 ff 10
            30 00 00 00 00 00 00 00
            # 0x58: endpoints 0x3000..., segment 0, BDFs 0x3000 to 0x30ff, output node 0x30
            01 00 18 00 00 30 00 00
            00 00 00 00 00 30 ff 30
            30 00 00 00 00 00 00 00
            """);

    /** What QEMU's Arm virt machine gives with a virtio-iommu at 00:01.0: the range includes the IOMMU itself. */
    static final byte[] ARM_VIRT = hex("""
            56 49 4f 54              # signature VIOT
            58 00 00 00              # length 88
            00 66                    # revision, checksum
            42 4f 43 48 53 20        # OEM ID "BOCHS "
            42 58 50 43 20 20 20 20  # OEM table ID "BXPC    "
            01 00 00 00              # OEM revision
            42 58 50 43 01 00 00 00  # creator "BXPC", revision 1
            02 00 30 00              # 2 nodes from byte 0x30
            00 00 00 00 00 00 00 00  # reserved
            # 0x30: virtio-iommu at 0000:00:01.0
            03 00 10 00 00 00 08 00
            00 00 00 00 00 00 00 00
            # 0x40: endpoints 0..., segment 0, BDFs 0 to 0x00ff, output node 0x30
            01 00 18 00 00 00 00 00
            00 00 00 00 00 00 ff 00
            30 00 00 00 00 00 00 00
            """);

    /** The shape of the template of ACPI's table compiler: all four types, endpoints before the IOMMUs that they refer to. */
    static final byte[] TEMPLATE = sealed(hex("""
            56 49 4f 54              # signature VIOT
            80 00 00 00              # length 128
            00 00                    # revision, checksum (put in by the test)
            49 4e 54 45 4c 20        # OEM ID "INTEL "
            54 65 6d 70 6c 61 74 65  # OEM table ID "Template"
            01 00 00 00              # OEM revision
            49 4e 54 4c 25 09 20 20  # creator "INTL", revision 0x20200925
            04 00 30 00              # 4 nodes from byte 0x30
            00 00 00 00 00 00 00 00  # reserved
            # 0x30: endpoints 0..., segments 0 to 1, BDFs 0 to 0xffff, output node 0x60
            01 00 18 00 00 00 00 00
            00 00 01 00 00 00 ff ff
            60 00 00 00 00 00 00 00
            # 0x48: endpoint 0x10000 at 0x1c000000, output node 0x70
            02 00 18 00 00 00 01 00
            00 00 00 1c 00 00 00 00
            70 00 00 00 00 00 00 00
            # 0x60: virtio-iommu at 0000:00:01.0
            03 00 10 00 00 00 08 00
            00 00 00 00 00 00 00 00
            # 0x70: virtio-iommu at 0x1d000000
            04 00 10 00 00 00 00 00
            00 00 00 1d 00 00 00 00
            """));

    private Tables() {}

    /** Bytes from hexadecimal text with comments. */
    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("#[^\n]*", "").replaceAll("\\s", ""));
    }

    /** The same table with another le16 and a right checksum. */
    static byte[] with16(byte[] table, int offset, int value) {
        byte[] changed = table.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putShort(offset, (short) value);
        return sealed(changed);
    }

    /** The same table with another byte and a right checksum. */
    static byte[] with8(byte[] table, int offset, int value) {
        byte[] changed = table.clone();
        changed[offset] = (byte) value;
        return sealed(changed);
    }

    /** Puts the checksum right, in place. */
    static byte[] sealed(byte[] table) {
        table[ViotLayout.CHECKSUM] += (byte) AcpiTable.checksum(table);
        return table;
    }
}
