// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.viommu.topology.devicetree.internal.SampleTree.set;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.topology.devicetree.FdtLayout;

class DeviceTreePatcherTest {
    private static final IommuNode PCI = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));
    private static final IommuNode MMIO = new IommuNode.MmioWindow(0x0a00_0000);

    private final SampleTree tree = new SampleTree();
    private final DeviceTreePatcher patcher = new DeviceTreePatcher();

    private Topology patched(Topology topology) throws Exception {
        return new DeviceTreeReader().read(patcher.patch(tree.blob(), topology));
    }

    @Test
    void an_iommu_is_added_as_qemu_adds_its_own() throws Exception {
        tree.first.children().clear();
        set(tree.root.add("intc"), "phandle", 0x8001);
        tree.root.add("chosen").set(DeviceProperty.ofCells("rng-seed", 1));
        Topology topology = Topology.builder()
                .iommu(PCI)
                .endpoint(new EndpointNode.PciRange(PciAddress.of(0, 0), PciAddress.of(0, 0xffff), 0, PCI, List.of()))
                .build();
        DeviceTree result = FdtReader.read(patcher.patch(tree.blob(), topology));
        DeviceNode complex = result.root().children().get(0);
        DeviceNode iommu = complex.children().get(0);
        assertThat(iommu.name()).isEqualTo("iommu@1,0");
        assertThat(iommu.property("compatible").orElseThrow().strings())
                .containsExactly("virtio,pci-iommu", "pci1af4,1057");
        assertThat(iommu.property("reg").orElseThrow().value())
                .isEqualTo(DeviceProperty.ofCells("reg", 0x800, 0, 0, 0, 0).value());
        assertThat(iommu.property("phandle").orElseThrow().cell(0)).isEqualTo(0x8002);
        assertThat(complex.property("iommu-map").orElseThrow().value())
                .isEqualTo(DeviceProperty.ofCells("iommu-map", 0, 0x8002, 0, 8, 9, 0x8002, 9, 0xfff7)
                        .value());
        assertThat(result.root().children())
                .last()
                .satisfies(chosen -> assertThat(chosen.properties())
                        .as("seeds are for one boot")
                        .isEmpty());
    }

    @Test
    void the_graph_that_was_added_is_read_back() throws Exception {
        Topology topology = Topology.builder()
                .iommu(PCI)
                .iommu(MMIO)
                .endpoint(new EndpointNode.PciRange(PciAddress.of(0, 0x10), 0x10, PCI))
                .endpoint(new EndpointNode.PciRange(PciAddress.of(1, 0x10), 0x10, MMIO))
                .endpoint(new EndpointNode.Platform(0x0a00_0200, 7, MMIO, List.of()))
                .build();
        Topology read = patched(topology);
        assertThat(read.iommus()).isEqualTo(topology.iommus());
        assertThat(read.endpoints()).isEqualTo(topology.endpoints());
        assertThat(read.problems()).isEmpty();
    }

    @Test
    void padding_as_in_qemus_dumps_is_packed_away() throws Exception {
        byte[] padded = Arrays.copyOf(tree.blob(), 1 << 20);
        ByteBuffer.wrap(padded).putInt(FdtLayout.TOTAL_SIZE, padded.length);
        assertThat(patcher.patch(padded, Topology.EMPTY)).isEqualTo(tree.blob());
    }

    @Test
    void a_map_that_is_there_is_replaced_and_an_iommu_that_is_there_is_used() throws Exception {
        set(tree.first, "iommu-map", 0, 0x55, 0, 0x100);
        set(tree.first, "iommu-map-mask", 0xff00);
        Topology topology = Topology.builder()
                .iommu(PCI)
                .endpoint(new EndpointNode.PciRange(PciAddress.of(0, 0x18), 0x18, PCI))
                .build();
        Topology read = patched(topology);
        assertThat(read.endpoints()).isEqualTo(topology.endpoints());
        assertThat(read.iommus()).containsExactly(PCI, MMIO);
        assertThat(read.problems()).isEmpty();
    }

    @Test
    void what_the_tree_lacks_is_named() {
        IommuNode elsewhere = new IommuNode.PciFunction(PciAddress.parse("0005:00:01.0"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> patched(Topology.builder().iommu(elsewhere).build()))
                .withMessage("the devicetree has no root complex of PCI segment 5 for an IOMMU at 0005:00:01.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> patched(Topology.builder()
                        .iommu(PCI)
                        .endpoint(new EndpointNode.Platform(0x77, 1, PCI, List.of()))
                        .build()))
                .withMessage("the devicetree has no device at 0x77 for MMIO 0x77, endpoint 0x1");
    }
}
