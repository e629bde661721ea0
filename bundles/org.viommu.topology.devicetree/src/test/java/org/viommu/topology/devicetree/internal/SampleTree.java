// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.List;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;

/** A machine with two root complexes, an IOMMU on PCI and one at an address, and platform devices behind a bus. */
final class SampleTree {
    static final int PCI_IOMMU = 0x10;
    static final int MMIO_IOMMU = 0x11;
    static final int SMMU = 0x12;

    final DeviceNode root = DeviceNode.root();
    final DeviceNode first = rootComplex("pcie@10000000");
    final DeviceNode second = rootComplex("pcie@20000000");
    final DeviceNode pciIommu = first.add("iommu@1,0");
    final DeviceNode bus = root.add("bus@a000000");
    final DeviceNode mmioIommu = bus.add("virtio_mmio@0");
    final DeviceNode device = bus.add("device@200");

    SampleTree() {
        set(root, "#address-cells", 2);
        set(root, "#size-cells", 2);
        pciIommu.set(DeviceProperty.ofStrings("compatible", "virtio,pci-iommu", "pci1af4,1057"));
        set(pciIommu, "reg", 0x800, 0, 0, 0, 0);
        set(pciIommu, "#iommu-cells", 1);
        set(pciIommu, "phandle", PCI_IOMMU);
        set(bus, "#address-cells", 1);
        set(bus, "#size-cells", 1);
        set(bus, "ranges", 0, 0, 0x0a00_0000, 0x1000);
        mmioIommu.set(DeviceProperty.ofStrings("compatible", "virtio,mmio"));
        set(mmioIommu, "reg", 0, 0x200);
        set(mmioIommu, "#iommu-cells", 1);
        set(mmioIommu, "phandle", MMIO_IOMMU);
        set(device, "reg", 0x200, 0x200);
    }

    private DeviceNode rootComplex(String name) {
        DeviceNode complex = root.add(name);
        complex.set(DeviceProperty.ofStrings("device_type", "pci"));
        set(complex, "#address-cells", 3);
        set(complex, "#size-cells", 2);
        return complex;
    }

    static void set(DeviceNode node, String property, int... cells) {
        node.set(DeviceProperty.ofCells(property, cells));
    }

    static void disable(DeviceNode node) {
        node.set(DeviceProperty.ofStrings("status", "disabled"));
    }

    /** An IOMMU of another kind. */
    DeviceNode smmu() {
        DeviceNode smmu = root.add("smmu@9050000");
        smmu.set(DeviceProperty.ofStrings("compatible", "arm,smmu-v3"));
        set(smmu, "#iommu-cells", 1);
        set(smmu, "phandle", SMMU);
        return smmu;
    }

    byte[] blob() {
        return FdtWriter.write(new DeviceTree(root, List.of(), 0, List.of()));
    }

    Topology topology() {
        try {
            return new DeviceTreeReader().read(blob());
        } catch (TopologyFormatException e) {
            throw new AssertionError(e);
        }
    }
}
