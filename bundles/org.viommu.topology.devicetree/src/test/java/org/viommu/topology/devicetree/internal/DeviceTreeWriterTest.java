// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;

class DeviceTreeWriterTest {
    private static final IommuNode PCI = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));
    private static final IommuNode MMIO = new IommuNode.MmioWindow(0x1_0000_9000L);

    private final DeviceTreeWriter writer = new DeviceTreeWriter();

    private Topology through(Topology topology) throws Exception {
        return new DeviceTreeReader().read(writer.write(topology));
    }

    private static EndpointNode.PciRange range(int segment, int first, int last, int mask, int id, IommuNode iommu) {
        return new EndpointNode.PciRange(
                PciAddress.of(segment, first), PciAddress.of(segment, last), mask, id, iommu, List.of());
    }

    @Test
    void what_is_written_reads_as_the_same_graph() throws Exception {
        Topology topology = Topology.builder()
                .iommu(PCI)
                .iommu(MMIO)
                .endpoint(range(0, 0x10, 0x1f, 0xffff, 0x10, PCI))
                .endpoint(range(2, 0, 0xffff, 0xfff8, 0x20000, MMIO))
                .endpoint(new EndpointNode.Platform(0x8000, 0, 7, PCI, List.of()))
                .endpoint(new EndpointNode.Platform(0x8000, 1, 8, MMIO, List.of()))
                .build();
        Topology read = through(topology);
        assertThat(read.iommus()).isEqualTo(topology.iommus());
        assertThat(read.endpoints()).isEqualTo(topology.endpoints());
        assertThat(read.problems()).isEmpty();
        assertThat(writer.write(topology)).as("always the same bytes").isEqualTo(writer.write(topology));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void every_function_is_found_as_in_the_graph_that_was_written(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            Topology.Builder builder = Topology.builder().iommu(PCI).iommu(MMIO);
            for (int i = random.nextInt(8); i > 0; i--) {
                int segment = random.nextInt(3);
                int mask = segment == 1 ? 0xfff8 : 0xffff;
                int first = random.nextInt(0x40) & mask;
                builder.endpoint(range(
                        segment,
                        first,
                        first + random.nextInt(0x20),
                        mask,
                        random.nextInt(),
                        random.nextBoolean() ? PCI : MMIO));
            }
            Topology topology = builder.build();
            Topology read = through(topology);
            for (int segment = 0; segment < 3; segment++) {
                for (int bdf = 0; bdf < 0x60; bdf++) {
                    PciAddress function = PciAddress.of(segment, bdf);
                    assertThat(read.find(function)).as("%s", function).isEqualTo(topology.find(function));
                }
            }
        }
    }

    @Test
    void what_a_devicetree_cannot_hold_is_refused_by_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.write(Topology.builder()
                        .endpoint(range(0, 0, 7, 0xffff, 0, PCI))
                        .build()))
                .withMessage("PCI 0000:00:00.0 to 0000:00:00.7, endpoints 0x0 to 0x7 is behind IOMMU PCI 0000:00:01.0,"
                        + " which the topology does not list");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.write(Topology.builder()
                        .iommu(PCI)
                        .endpoint(range(0, 0, 7, 0xfff8, 0, PCI))
                        .endpoint(range(0, 0x10, 0x17, 0xffff, 0, PCI))
                        .build()))
                .withMessageContaining("has another mask than 0xffff");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.write(Topology.builder()
                        .iommu(PCI)
                        .endpoint(new EndpointNode.PciRange(
                                PciAddress.of(0, 0), PciAddress.of(0xffff, 0), 0, PCI, List.of()))
                        .build()))
                .withMessageContaining("more than 1024 PCI segments");
    }
}
