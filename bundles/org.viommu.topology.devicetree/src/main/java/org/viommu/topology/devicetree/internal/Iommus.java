// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Problem;

/** The IOMMUs of a tree: devices of type virtio-iommu, and others, which are known only by not being one. */
final class Iommus {
    static final String CELLS = "#iommu-cells";

    /** Cells of the part of a PCI address that says which function it is. */
    private static final int FUNCTION_SHIFT = 8;

    private static final int FUNCTION_MASK = 0x00ffff00;

    private final Findings findings;
    private final Buses buses;
    private final Phandles phandles;
    private final Map<DeviceNode, IommuNode> virtio = new LinkedHashMap<>();
    private final Set<DeviceNode> reported = new HashSet<>();

    Iommus(DeviceNode root, Buses buses, Phandles phandles, Findings findings) {
        this.findings = findings;
        this.buses = buses;
        this.phandles = phandles;
        root.forEach(node -> {
            if (node.isAvailable()) {
                locate(node).ifPresent(iommu -> virtio.put(node, iommu));
            }
        });
    }

    private Optional<IommuNode> locate(DeviceNode node) {
        if (isPciIommu(node)) {
            checkCells(node);
            return function(node).map(IommuNode.PciFunction::new);
        }
        if (isMmioIommu(node)) {
            checkCells(node);
            return buses.base(node).map(IommuNode.MmioWindow::new);
        }
        return Optional.empty();
    }

    private static boolean isPciIommu(DeviceNode node) {
        return node.isCompatible("virtio,pci-iommu") || node.isCompatible("pci1af4,1057");
    }

    private static boolean isMmioIommu(DeviceNode node) {
        return node.isCompatible("virtio,mmio") && node.property(CELLS).isPresent();
    }

    private void checkCells(DeviceNode node) {
        OptionalInt cells = cells(node);
        if (cells.orElse(0) != 1) {
            String found =
                    node.property(CELLS).isEmpty() ? "missing" : cells.isEmpty() ? "no cell" : "" + cells.getAsInt();
            findings.add(Problem.Kind.BAD_NODE, node, CELLS + " must be 1 for a virtio-iommu, and is " + found);
        }
    }

    private Optional<PciAddress> function(DeviceNode node) {
        OptionalInt segment = buses.segment(node);
        Optional<DeviceProperty> reg = node.property("reg");
        if (segment.isEmpty()) {
            findings.add(Problem.Kind.BAD_NODE, node, "it is below no PCI root complex; it is left out");
            return Optional.empty();
        }
        if (reg.isEmpty() || reg.get().cells() < 1) {
            findings.add(Problem.Kind.BAD_NODE, node, "it has no reg with its PCI address; it is left out");
            return Optional.empty();
        }
        int address = reg.get().cell(0);
        if ((address & ~FUNCTION_MASK) != 0) {
            findings.add(
                    Problem.Kind.IGNORED_CONTENT,
                    node,
                    reg.get(),
                    String.format("0x%08x has bits outside of bus, device and function, which are ignored", address));
        }
        return Optional.of(PciAddress.of(segment.getAsInt(), (address & FUNCTION_MASK) >> FUNCTION_SHIFT));
    }

    /** The virtio-iommus that are not disabled, in the order of the tree. */
    Map<DeviceNode, IommuNode> virtio() {
        return virtio;
    }

    /** How many cells follow a reference to a node; empty if it says nothing or nonsense. */
    static OptionalInt cells(DeviceNode node) {
        return node.property(CELLS).map(DeviceProperty::single).orElse(OptionalInt.empty());
    }

    /** The node that a reference means, IOMMU or not. */
    Optional<DeviceNode> node(int phandle) {
        return phandles.find(phandle);
    }

    /**
     * The virtio-iommu that a reference means.
     *
     * @param node of the device that refers to it
     * @param property with the reference
     * @param entry which one, for people
     * @return empty, which has been noted, if its devices have no virtio-iommu
     */
    Optional<IommuNode> resolve(int phandle, DeviceNode node, DeviceProperty property, String entry) {
        Optional<DeviceNode> target = phandles.find(phandle);
        IommuNode iommu = target.map(virtio::get).orElse(null);
        if (iommu != null) {
            return Optional.of(iommu);
        }
        String name = entry + " refers to "
                + target.map(DeviceNode::path).orElse("phandle 0x" + Integer.toHexString(phandle));
        if (target.isEmpty()) {
            findings.add(
                    Problem.Kind.UNKNOWN_IOMMU,
                    node,
                    property,
                    name + ", which no node has; what it is for stays untranslated");
            return Optional.empty();
        }
        if (!target.get().isAvailable()) {
            findings.add(
                    Problem.Kind.DISABLED_IOMMU,
                    node,
                    property,
                    name + ", which is disabled; what it is for stays untranslated");
        } else if (target.get().property(CELLS).isPresent()
                && !isPciIommu(target.get())
                && !isMmioIommu(target.get())) {
            if (reported.add(target.get())) {
                findings.add(
                        Problem.Kind.FOREIGN_IOMMU,
                        target.get(),
                        "an IOMMU, but no virtio-iommu; what is behind it is left out");
            }
        } else {
            findings.add(
                    Problem.Kind.UNKNOWN_IOMMU,
                    node,
                    property,
                    name + ", which is no IOMMU; what it is for stays untranslated");
        }
        return Optional.empty();
    }
}
