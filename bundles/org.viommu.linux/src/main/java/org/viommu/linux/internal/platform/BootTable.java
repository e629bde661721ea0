// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.qemu.QemuCommandLine;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.TopologyPatcher;
import org.viommu.topology.TopologyReader;
import org.viommu.topology.TopologyWriter;

/**
 * The tables from which the guest and the platform learn what is behind the IOMMU.
 *
 * @param pid of the topology source that reads it
 * @param file that the guest boots with, which covers what may be plugged in
 * @param present a table of the same kind with what is there from the start, for the platform
 * @param reader understands it
 * @param guestPath where a guest's kernel shows it
 * @param option of QEMU, and its value
 * @param msiWindow where message-signalled interrupts go, at addresses that are not translated: QEMU passes those of our functions on by itself
 */
public record BootTable(
        String pid,
        Path file,
        Path present,
        TopologyReader reader,
        String guestPath,
        List<String> option,
        Msi msiWindow) {
    /**
     * Addresses.
     *
     * @param first lowest
     * @param last highest, inclusive
     */
    public record Msi(long first, long last) {
        /** In the notation of the key {@code reserved-regions}. */
        String reservedRegion() {
            return String.format("0x%x:0x%x:1", first, last);
        }

        /** As Linux writes it, with a dash in between. */
        public String words() {
            return String.format("0x%016x-0x%016x", first, last);
        }
    }

    /** Where processors of a PC have their interrupt controllers. */
    private static final Msi APICS = new Msi(0xfee00000L, 0xfeefffffL);

    /** Where QEMU's {@code virt} has its GICv2m. */
    private static final Msi GIC_V2M = new Msi(0x08020000L, 0x08020fffL);

    /** A VIOT, as PCs have it. */
    static BootTable viot(TopologyWriter writer, TopologyReader reader, Path folder) throws IOException {
        Path file = Files.write(folder.resolve("viot.bin"), writer.write(PciSlots.bootTopology()));
        Path present = Files.write(folder.resolve("present.viot"), writer.write(PciSlots.topology()));
        return new BootTable(
                "org.viommu.topology.acpi",
                file,
                present,
                reader,
                "/sys/firmware/acpi/tables/VIOT",
                List.of("-acpitable", "file=" + QemuCommandLine.escape(file)),
                APICS);
    }

    /**
     * A devicetree.
     *
     * @param dump what QEMU says of the machine without our functions
     * @throws CannotRun if the dump is no devicetree of a machine with PCI
     */
    static BootTable devicetree(TopologyPatcher patcher, TopologyReader reader, byte[] dump, Path folder)
            throws CannotRun, IOException {
        Path file = folder.resolve("viommu.dtb");
        Path present = folder.resolve("present.dtb");
        try {
            Files.write(file, patcher.patch(dump, PciSlots.bootTopology()));
            Files.write(present, patcher.patch(dump, PciSlots.topology()));
        } catch (TopologyFormatException | IllegalArgumentException e) {
            throw CannotRun.because("QEMU's devicetree cannot be used: %s.", e.getMessage());
        }
        return new BootTable(
                "org.viommu.topology.devicetree",
                file,
                present,
                reader,
                "/sys/firmware/fdt",
                List.of("-dtb", file.toString()),
                GIC_V2M);
    }
}
