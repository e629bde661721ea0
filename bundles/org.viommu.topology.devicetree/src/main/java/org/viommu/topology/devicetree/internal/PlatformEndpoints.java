// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.Problem;
import org.viommu.topology.Topology;

/** The devices that say in {@code iommus} themselves who translates for them (Linux, Documentation/devicetree/bindings/iommu/iommu.txt). */
final class PlatformEndpoints {
    static final String IOMMUS = "iommus";

    /** One interface of a device. */
    private record Master(IommuNode iommu, int endpoint) {}

    private final Buses buses;
    private final Iommus iommus;
    private final Findings findings;

    PlatformEndpoints(Buses buses, Iommus iommus, Findings findings) {
        this.buses = buses;
        this.iommus = iommus;
        this.findings = findings;
    }

    void add(DeviceNode device, Topology.Builder topology) {
        Optional<DeviceProperty> references = device.property(IOMMUS);
        if (references.isEmpty() || !device.isAvailable()) {
            return;
        }
        if (Buses.isPci(device.parent())) {
            findings.add(
                    Problem.Kind.IGNORED_CONTENT,
                    device,
                    references.get(),
                    "for a PCI function the iommu-map of its root complex counts; it is ignored");
            return;
        }
        List<Master> masters = masters(device, references.get());
        if (masters.isEmpty()) {
            return;
        }
        if (masters.size() > 1 && device.isCompatible("virtio,mmio")) {
            findings.add(
                    Problem.Kind.IGNORED_CONTENT,
                    device,
                    references.get(),
                    "a virtio device has one interface and must have one entry, not " + masters.size());
        }
        buses.base(device).ifPresent(base -> {
            for (int i = 0; i < masters.size(); i++) {
                Master master = masters.get(i);
                topology.endpoint(
                        new EndpointNode.Platform(base, i, master.endpoint(), master.iommu(), List.of()),
                        Findings.where(device, references.get()) + " entry " + i);
            }
        });
    }

    /** Follows the references until one cannot be followed, as Linux does. */
    private List<Master> masters(DeviceNode device, DeviceProperty references) {
        List<Master> masters = new ArrayList<>();
        int cell = 0;
        for (int i = 0; cell < references.cells(); i++) {
            int phandle = references.cell(cell);
            String entry = "entry " + i;
            Optional<IommuNode> iommu = iommus.resolve(phandle, device, references, entry);
            Optional<DeviceNode> target = iommus.node(phandle);
            if (target.isEmpty() || !target.get().isAvailable()) {
                // Without the target the length of the entry is not known; a disabled one ends it for the whole device.
                return target.isEmpty() ? masters : List.of();
            }
            OptionalInt cells = Iommus.cells(target.get());
            if (cells.isEmpty() || cells.getAsInt() < 0 || cells.getAsInt() >= references.cells() - cell) {
                findings.add(
                        Problem.Kind.BAD_NODE,
                        device,
                        references,
                        entry + " does not have the cells that " + target.get().path() + " asks for in "
                                + Iommus.CELLS);
                return masters;
            }
            int specifier = cell + 1;
            cell = specifier + cells.getAsInt();
            if (iommu.isPresent() && cells.getAsInt() > 0) {
                masters.add(new Master(iommu.get(), references.cell(specifier)));
            }
        }
        return masters;
    }
}
