// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;

/** Puts a topology into a tree that has the root complexes and platform devices already. */
final class Wiring {
    private static final int FUNCTION_SHIFT = 8;

    private final Topology topology;
    private final Map<Integer, DeviceNode> complexes;
    private final Map<Long, DeviceNode> devices;
    private final Phandles phandles;
    private final Map<IommuNode, Integer> references = new HashMap<>();

    /**
     * @param root of the tree to change
     * @param topology what to put into it
     * @param complexes root complexes by segment
     * @param devices platform devices by the address of their first register
     */
    Wiring(DeviceNode root, Topology topology, Map<Integer, DeviceNode> complexes, Map<Long, DeviceNode> devices) {
        this.topology = topology;
        this.complexes = complexes;
        this.devices = devices;
        phandles = new Phandles(root, new Findings());
    }

    /**
     * Changes the tree.
     *
     * @throws IllegalArgumentException if the topology does not fit the tree
     */
    void connect() {
        for (IommuNode iommu : topology.iommus()) {
            DeviceNode node = iommu instanceof IommuNode.PciFunction function
                    ? function(function.address())
                    : device(((IommuNode.MmioWindow) iommu).base(), iommu);
            node.set(DeviceProperty.ofCells(Iommus.CELLS, 1));
            references.put(iommu, phandles.obtain(node));
        }
        connectFunctions();
        connectDevices();
    }

    /** The node of an IOMMU, which is made if it is not there. */
    private DeviceNode function(PciAddress address) {
        DeviceNode complex = complex(address.segment(), "an IOMMU at " + address);
        int reg = address.bdf() << FUNCTION_SHIFT;
        Optional<DeviceNode> there = complex.children().stream()
                .filter(child -> child.property("reg").stream()
                        .anyMatch(property -> property.cells() > 0 && property.cell(0) == reg))
                .findFirst();
        DeviceNode node =
                there.orElseGet(() -> complex.add(String.format("iommu@%x,%x", address.device(), address.function())));
        node.set(DeviceProperty.ofStrings("compatible", "virtio,pci-iommu", "pci1af4,1057"));
        node.set(DeviceProperty.ofCells("reg", reg, 0, 0, 0, 0));
        return node;
    }

    private DeviceNode complex(int segment, String what) {
        DeviceNode complex = complexes.get(segment);
        if (complex == null) {
            throw new IllegalArgumentException(
                    String.format("the devicetree has no root complex of PCI segment %d for %s", segment, what));
        }
        return complex;
    }

    private DeviceNode device(long base, Object what) {
        DeviceNode device = devices.get(base);
        if (device == null) {
            throw new IllegalArgumentException(
                    "the devicetree has no device at 0x" + Long.toHexString(base) + " for " + what);
        }
        return device;
    }

    private int reference(EndpointNode node) {
        Integer reference = references.get(node.iommu());
        if (reference == null) {
            throw new IllegalArgumentException(
                    node + " is behind IOMMU " + node.iommu() + ", which the topology does not list");
        }
        return reference;
    }

    private void connectFunctions() {
        Map<Integer, Claims<Optional<EndpointNode.PciRange>>> claims = new TreeMap<>();
        Map<Integer, Integer> masks = new HashMap<>();
        // In a topology the last node counts, in a devicetree the first entry.
        for (int i = topology.endpoints().size() - 1; i >= 0; i--) {
            if (topology.endpoints().get(i) instanceof EndpointNode.PciRange range) {
                for (int segment = range.first().segment();
                        segment <= range.last().segment();
                        segment++) {
                    complex(segment, range.toString());
                    Integer other = masks.putIfAbsent(segment, range.mask());
                    if (other != null && other != range.mask()) {
                        throw new IllegalArgumentException(range
                                + String.format(" has another mask than 0x%x, which its root complex has", other));
                    }
                    claim(claims.computeIfAbsent(segment, key -> new Claims<>()), segment, range);
                }
            }
        }
        masks.forEach((segment, mask) -> connect(segment, mask, claims.get(segment)));
    }

    private static void claim(
            Claims<Optional<EndpointNode.PciRange>> claims, int segment, EndpointNode.PciRange range) {
        if (range.iommu() instanceof IommuNode.PciFunction self
                && self.address().segment() == segment
                && range.contains(self.address())) {
            // No IOMMU translates for itself.
            int bdf = self.address().bdf() & range.mask();
            claims.claim(bdf, bdf, Optional.empty());
        }
        claims.claim(range.first().bdf(), range.last().bdf(), Optional.of(range));
    }

    private void connect(int segment, int mask, Claims<Optional<EndpointNode.PciRange>> claims) {
        List<Integer> cells = new ArrayList<>();
        for (Claims.Span<Optional<EndpointNode.PciRange>> span : claims.spans()) {
            int first = Claims.reachable(span.first(), mask);
            if (span.owner().isPresent() && first <= span.last()) {
                EndpointNode.PciRange range = span.owner().get();
                int endpoint = range.endpoint(PciAddress.of(segment, first));
                cells.addAll(List.of(first, reference(range), endpoint, span.last() - first + 1));
            }
        }
        DeviceNode complex = complexes.get(segment);
        complex.set(DeviceProperty.ofCells(
                IommuMap.MAP, cells.stream().mapToInt(Integer::intValue).toArray()));
        if (mask == EndpointNode.PciRange.ALL_BITS) {
            complex.remove(IommuMap.MASK);
        } else {
            complex.set(DeviceProperty.ofCells(IommuMap.MASK, mask));
        }
    }

    private void connectDevices() {
        Map<Long, List<EndpointNode.Platform>> masters = new TreeMap<>();
        for (EndpointNode node : topology.endpoints()) {
            if (node instanceof EndpointNode.Platform device) {
                List<EndpointNode.Platform> others = masters.computeIfAbsent(device.base(), base -> new ArrayList<>());
                others.removeIf(other -> other.master() == device.master());
                others.add(device);
            }
        }
        masters.forEach((base, interfaces) -> {
            interfaces.sort(Comparator.comparingInt(EndpointNode.Platform::master));
            int[] cells = interfaces.stream()
                    .flatMapToInt(device -> IntStream.of(reference(device), device.endpoint()))
                    .toArray();
            device(base, interfaces.get(0)).set(DeviceProperty.ofCells(PlatformEndpoints.IOMMUS, cells));
        });
    }
}
