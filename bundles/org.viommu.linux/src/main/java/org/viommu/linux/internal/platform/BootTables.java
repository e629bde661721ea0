// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.viommu.linux.internal.CannotRun;
import org.viommu.topology.TopologyPatcher;
import org.viommu.topology.TopologyReader;
import org.viommu.topology.TopologyWriter;

/** Makes the tables that guests boot with. */
@Component(service = BootTables.class)
public final class BootTables {
    private final TopologyWriter viot;
    private final TopologyReader viotReader;
    private final TopologyPatcher devicetree;
    private final TopologyReader devicetreeReader;

    /**
     * Called by Declarative Services.
     *
     * @param viot writes what {@code -acpitable} reads
     * @param viotReader reads it
     * @param devicetree patches what {@code -dtb} reads
     * @param devicetreeReader reads it
     */
    @Activate
    public BootTables(
            @Reference(target = "(" + TopologyReader.FORMAT + "=viot)") TopologyWriter viot,
            @Reference(target = "(" + TopologyReader.FORMAT + "=viot)") TopologyReader viotReader,
            @Reference(target = "(" + TopologyReader.FORMAT + "=devicetree)") TopologyPatcher devicetree,
            @Reference(target = "(" + TopologyReader.FORMAT + "=devicetree)") TopologyReader devicetreeReader) {
        this.viot = viot;
        this.viotReader = viotReader;
        this.devicetreeReader = devicetreeReader;
        this.devicetree = devicetree;
    }

    /**
     * Makes the table of a guest with {@link PciSlots}.
     *
     * @param dump of the machine's devicetree; empty if it has ACPI tables
     * @param folder where it goes
     */
    public BootTable make(Optional<byte[]> dump, Path folder) throws CannotRun, IOException {
        return dump.isPresent()
                ? BootTable.devicetree(devicetree, devicetreeReader, dump.get(), folder)
                : BootTable.viot(viot, viotReader, folder);
    }
}
