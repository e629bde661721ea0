// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.acpi.ViotLayout;

class ViotWriterTest {
    private static final IommuNode IOMMU = new IommuNode.MmioWindow(0x1d000000);

    private static byte[] write(Topology topology) {
        return new ViotWriter().write(topology);
    }

    private static Topology read(byte[] table) throws TopologyFormatException {
        return new ViotReader().read(table);
    }

    @Test
    void header_is_ours() {
        assertThat(write(Topology.EMPTY)).isEqualTo(Tables.hex("""
                56 49 4f 54              # signature VIOT
                30 00 00 00              # length 48
                00 27                    # revision, checksum
                56 49 4f 4d 4d 55        # OEM ID "VIOMMU"
                56 49 4f 4d 4d 55 20 20  # OEM table ID "VIOMMU  "
                01 00 00 00              # OEM revision
                56 49 4f 4d 01 00 00 00  # creator "VIOM", revision 1
                00 00 30 00              # no nodes, from byte 0x30
                00 00 00 00 00 00 00 00  # reserved
                """));
    }

    @Test
    void nodes_of_qemu_are_written_as_qemu_writes_them() throws TopologyFormatException {
        for (byte[] table : List.of(Tables.Q35, Tables.ARM_VIRT)) {
            byte[] written = write(read(table));
            assertThat(nodes(written)).isEqualTo(nodes(table));
            assertThat(AcpiTable.checksum(written)).isZero();
        }
    }

    @Test
    void forward_references_become_backward_references() throws TopologyFormatException {
        byte[] written = write(read(Tables.TEMPLATE));
        assertThat(written).hasSameSizeAs(Tables.TEMPLATE);
        assertThat(written[ViotLayout.HEADER_SIZE]).isEqualTo((byte) ViotLayout.VIRTIO_PCI);
        assertThat(read(written)).isEqualTo(read(Tables.TEMPLATE));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void what_is_written_is_read_back(long seed) throws TopologyFormatException {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Topology topology = topology(random);
            assertThat(read(write(topology))).isEqualTo(topology);
        }
    }

    @Test
    void reserved_regions_have_no_place_in_the_table() throws TopologyFormatException {
        ReservedRegion msi = new ReservedRegion(0xfee00000L, 0xfeefffffL, ReservedRegion.Kind.MSI);
        Topology topology = Topology.builder()
                .iommu(IOMMU)
                .endpoint(new EndpointNode.Platform(0x1000, 1, IOMMU, List.of(msi)))
                .build();
        assertThat(read(write(topology)).endpoints())
                .containsExactly(new EndpointNode.Platform(0x1000, 1, IOMMU, List.of()));
    }

    @Test
    void endpoint_behind_an_iommu_that_is_not_listed_is_refused() {
        Topology topology = Topology.builder()
                .endpoint(new EndpointNode.Platform(0x1000, 1, IOMMU, List.of()))
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> write(topology))
                .withMessage(
                        "MMIO 0x1000, endpoint 0x1 is behind IOMMU MMIO 0x1d000000, which the topology does not list");
    }

    @Test
    void iommu_that_16_bits_cannot_refer_to_is_refused() throws TopologyFormatException {
        assertThat(read(write(behind(4092))).endpoints()).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> write(behind(4093)))
                .withMessageEndingWith("a VIOT can refer to the first 4093 only");
    }

    @Test
    void more_nodes_than_16_bits_can_count_are_refused() {
        Topology.Builder builder = Topology.builder();
        for (int i = 0; i < 0x10000; i++) {
            builder.iommu(IOMMU);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> write(builder.build()))
                .withMessage("a VIOT cannot hold 65536 nodes; it has room for 65535");
    }

    /** One endpoint behind the IOMMU that so many others precede. */
    private static Topology behind(int others) {
        Topology.Builder builder = Topology.builder();
        for (int i = 0; i < others; i++) {
            builder.iommu(new IommuNode.MmioWindow(i));
        }
        return builder.iommu(IOMMU)
                .endpoint(new EndpointNode.Platform(0x1000, 1, IOMMU, List.of()))
                .build();
    }

    private static byte[] nodes(byte[] table) {
        return Arrays.copyOfRange(table, ViotLayout.NODE_COUNT, table.length);
    }

    private static Topology topology(Random random) {
        Topology.Builder builder = Topology.builder();
        List<IommuNode> iommus = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            IommuNode iommu = random.nextBoolean()
                    ? new IommuNode.MmioWindow(random.nextLong())
                    : new IommuNode.PciFunction(address(random));
            iommus.add(iommu);
            builder.iommu(iommu);
        }
        for (int i = random.nextInt(8); i > 0; i--) {
            IommuNode iommu = iommus.get(random.nextInt(iommus.size()));
            PciAddress one = address(random);
            PciAddress other = address(random);
            builder.endpoint(
                    random.nextBoolean()
                            ? new EndpointNode.Platform(random.nextLong(), random.nextInt(), iommu, List.of())
                            : new EndpointNode.PciRange(
                                    PciAddress.of(
                                            Math.min(one.segment(), other.segment()), Math.min(one.bdf(), other.bdf())),
                                    PciAddress.of(
                                            Math.max(one.segment(), other.segment()), Math.max(one.bdf(), other.bdf())),
                                    random.nextInt(),
                                    iommu,
                                    List.of()));
        }
        return builder.build();
    }

    private static PciAddress address(Random random) {
        return PciAddress.of(random.nextInt(0x10000), random.nextInt(0x10000));
    }
}
