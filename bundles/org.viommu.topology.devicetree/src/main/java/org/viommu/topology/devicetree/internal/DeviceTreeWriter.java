// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osgi.service.component.annotations.Component;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyWriter;

/**
 * Writes a devicetree of nothing but the topology: a root complex for each PCI segment, a node for each IOMMU and each platform device. A guest needs more to boot;
 * see {@link DeviceTreePatcher}.
 */
@Component(property = TopologyWriter.FORMAT + "=" + DeviceTreeReader.DEVICETREE)
public final class DeviceTreeWriter implements TopologyWriter {
    /** Far more than any machine has; a range over all segments would make a blob of megabytes. */
    private static final int MOST_SEGMENTS = 1024;

    @Override
    public byte[] write(Topology topology) {
        DeviceNode root = DeviceNode.root();
        root.set(DeviceProperty.ofCells("#address-cells", 2));
        // The addresses of devices are known, their sizes are not.
        root.set(DeviceProperty.ofCells("#size-cells", 0));
        Map<Integer, DeviceNode> complexes = new TreeMap<>();
        for (int segment : segments(topology)) {
            complexes.put(segment, rootComplex(root, segment));
        }
        Map<Long, DeviceNode> devices = new TreeMap<>();
        for (long base : bases(topology)) {
            devices.put(base, device(root, base, topology.iommus().contains(new IommuNode.MmioWindow(base))));
        }
        new Wiring(root, topology, complexes, devices).connect();
        return FdtWriter.write(new DeviceTree(root, List.of(), 0, List.of()));
    }

    private static Set<Integer> segments(Topology topology) {
        Set<Integer> segments = new TreeSet<>();
        for (IommuNode iommu : topology.iommus()) {
            if (iommu instanceof IommuNode.PciFunction function) {
                segments.add(function.address().segment());
            }
        }
        for (EndpointNode node : topology.endpoints()) {
            if (node instanceof EndpointNode.PciRange range) {
                for (int segment = range.first().segment();
                        segment <= range.last().segment();
                        segment++) {
                    segments.add(segment);
                    if (segments.size() > MOST_SEGMENTS) {
                        throw new IllegalArgumentException(
                                node + " is one of more than " + MOST_SEGMENTS + " PCI segments, which are too many");
                    }
                }
            }
        }
        return segments;
    }

    private static DeviceNode rootComplex(DeviceNode root, int segment) {
        DeviceNode complex = root.add("pcie-" + segment);
        complex.set(DeviceProperty.ofStrings("device_type", "pci"));
        complex.set(DeviceProperty.ofCells("#address-cells", 3));
        complex.set(DeviceProperty.ofCells("#size-cells", 2));
        complex.set(DeviceProperty.ofCells("linux,pci-domain", segment));
        return complex;
    }

    private static Set<Long> bases(Topology topology) {
        Set<Long> bases = new TreeSet<>(Long::compareUnsigned);
        for (IommuNode iommu : topology.iommus()) {
            if (iommu instanceof IommuNode.MmioWindow window) {
                bases.add(window.base());
            }
        }
        for (EndpointNode node : topology.endpoints()) {
            if (node instanceof EndpointNode.Platform device) {
                bases.add(device.base());
            }
        }
        return bases;
    }

    private static DeviceNode device(DeviceNode root, long base, boolean isIommu) {
        DeviceNode device = root.add((isIommu ? "iommu@" : "device@") + Long.toHexString(base));
        if (isIommu) {
            device.set(DeviceProperty.ofStrings("compatible", "virtio,mmio"));
        }
        device.set(DeviceProperty.ofCells("reg", (int) (base >>> Integer.SIZE), (int) base));
        return device;
    }
}
