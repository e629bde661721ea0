// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What QEMU knows of a PCI function and does not migrate if that is behind a vfio-user socket (QEMU 11): its configuration space and the table of its vectors.
 *
 * @param device number on the first bus, 0..31
 * @param configuration the words of the first 256 bytes
 * @param table the words of the MSI-X table, four for each vector
 */
record CarriedFunction(int device, List<Integer> configuration, List<Integer> table) {
    /** Where SeaBIOS puts the configuration space of a q35. */
    private static final long ECAM = 0xb0000000L;

    private static final int COMMAND = 0x04;
    private static final int FIRST_BAR = 0x10;
    private static final int LAST_BAR = 0x24;
    private static final int CAPABILITIES = 0x34;
    private static final int INTERRUPT_LINE = 0x3c;
    private static final int MSI_X = 0x11;
    private static final int WORDS = 64;

    /** Reads one of a machine that stands still. */
    static CarriedFunction of(RunningQemu qemu, int device) throws IOException {
        CarriedFunction bare = new CarriedFunction(device, qemu.read(ECAM + ((long) device << 15), WORDS), List.of());
        int vectors = (bare.word(bare.msix()) >>> 16 & 0x7ff) + 1;
        return new CarriedFunction(device, bare.configuration, qemu.read(bare.tableAddress(), 4 * vectors));
    }

    /** Gives it to another QEMU that stands still, as the guest's firmware and kernel gave it to the first: the vectors are unmasked at last. */
    void carryTo(RunningQemu qemu) throws IOException {
        List<Integer> offsets = new ArrayList<>();
        for (int bar = FIRST_BAR; bar <= LAST_BAR; bar += 4) {
            offsets.add(bar);
        }
        offsets.add(INTERRUPT_LINE);
        offsets.add(COMMAND);
        for (int offset : offsets) {
            qemu.write(address(offset), word(offset));
        }
        for (int i = 0; i < table.size(); i++) {
            qemu.write(tableAddress() + 4L * i, table.get(i));
        }
        qemu.write(address(msix()), word(msix()));
    }

    private long address(int offset) {
        return ECAM + ((long) device << 15) + offset;
    }

    private int word(int offset) {
        return configuration.get(offset / 4);
    }

    /** Offset of the capability MSI-X, which all functions of ours have. */
    private int msix() {
        int offset = word(CAPABILITIES) & 0xff;
        while ((word(offset) & 0xff) != MSI_X) {
            offset = word(offset) >>> 8 & 0xff;
        }
        return offset;
    }

    private long tableAddress() {
        int place = word(msix() + 4);
        long bar = Integer.toUnsignedLong(word(FIRST_BAR + 4 * (place & 7)) & ~0xf);
        return bar + (place & ~7);
    }
}
