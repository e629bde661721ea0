// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class TopologyTest {
    private static final IommuNode IOMMU = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));
    private static final IommuNode OTHER = new IommuNode.MmioWindow(0x1d000000);
    private static final ReservedRegion MSI = new ReservedRegion(0xfee00000L, 0xfeefffffL, ReservedRegion.Kind.MSI);

    private static EndpointNode.PciRange range(String first, String last, int endpoint, IommuNode iommu) {
        return new EndpointNode.PciRange(
                PciAddress.parse(first), PciAddress.parse(last), endpoint, iommu, List.of(MSI));
    }

    private static Topology topology(EndpointNode... nodes) {
        Topology.Builder builder = Topology.builder().iommu(IOMMU).iommu(OTHER);
        for (EndpointNode node : nodes) {
            builder.endpoint(node);
        }
        return builder.build();
    }

    @Test
    void endpoint_id_ascends_with_bdf_from_the_start_of_the_range() {
        Topology topology = topology(range("10:00.0", "10:1f.7", 0x4000, IOMMU));
        assertThat(topology.find(PciAddress.parse("10:02.1"))).contains(new Attachment(IOMMU, 0x4011, List.of(MSI)));
    }

    @Test
    void endpoint_id_ascends_by_0x10000_with_each_segment() {
        Topology topology = topology(range("0002:10:00.0", "0004:10:1f.7", 0x4000, IOMMU));
        assertThat(topology.find(PciAddress.parse("0004:10:00.1")))
                .map(Attachment::endpoint)
                .contains(0x24001);
    }

    @Test
    void range_with_segments_is_a_rectangle_of_segments_and_bdfs() {
        Topology topology = topology(range("0000:10:00.0", "0001:10:1f.7", 0, IOMMU));
        assertThat(topology.find(PciAddress.parse("0000:11:00.0"))).isEmpty();
        assertThat(topology.find(PciAddress.parse("0001:0f:1f.7"))).isEmpty();
    }

    @Test
    void endpoint_id_of_a_range_that_overflows_wraps_around() {
        Topology topology = topology(range("00:02.0", "00:03.0", 0xffff_fffe, IOMMU));
        assertThat(topology.find(PciAddress.parse("00:02.3")))
                .map(Attachment::endpoint)
                .contains(1);
    }

    @Test
    void last_of_overlapping_ranges_wins() {
        Topology topology = topology(range("00:00.0", "ff:1f.7", 0, IOMMU), range("00:05.0", "00:05.0", 0x90, OTHER));
        assertThat(topology.find(PciAddress.parse("00:05.0"))).contains(new Attachment(OTHER, 0x90, List.of(MSI)));
        assertThat(topology.find(PciAddress.parse("00:05.1")))
                .map(Attachment::iommu)
                .contains(IOMMU);
    }

    @Test
    void function_in_no_range_is_not_translated() {
        assertThat(topology(range("10:00.0", "10:1f.7", 0, IOMMU)).find(PciAddress.parse("00:02.0")))
                .isEmpty();
    }

    @Test
    void iommu_in_its_own_range_is_not_translated_even_if_an_earlier_range_names_another() {
        Topology topology = topology(range("00:00.0", "00:1f.7", 0, OTHER), range("00:00.0", "00:1f.7", 0, IOMMU));
        assertThat(topology.find(PciAddress.parse("00:01.0"))).isEmpty();
        assertThat(topology.find(PciAddress.parse("00:01.1"))).isPresent();
    }

    @Test
    void iommu_behind_another_iommu_is_translated() {
        Topology topology = topology(range("00:00.0", "00:1f.7", 0, OTHER));
        assertThat(topology.find(PciAddress.parse("00:01.0")))
                .map(Attachment::iommu)
                .contains(OTHER);
    }

    @Test
    void endpoint_behind_an_iommu_that_is_not_listed_is_not_translated() {
        Topology topology = Topology.builder()
                .endpoint(range("00:00.0", "00:1f.7", 0, IOMMU))
                .build();
        assertThat(topology.find(PciAddress.parse("00:02.0"))).isEmpty();
    }

    @Test
    void platform_device_is_found_by_its_base() {
        Topology topology = topology(
                new EndpointNode.Platform(0x1c000000, 1, IOMMU, List.of()),
                new EndpointNode.Platform(0x1c000000, 2, IOMMU, List.of()),
                new EndpointNode.Platform(0x1d000000, 3, OTHER, List.of()));
        assertThat(topology.find(0x1c000000)).map(Attachment::endpoint).contains(2);
        assertThat(topology.find(0x1c000001)).isEmpty();
        assertThat(topology.find(0x1d000000)).as("the IOMMU itself").isEmpty();
    }

    @Test
    void endpoint_is_found_from_the_iommus_side() {
        Topology topology = topology(
                range("0000:00:00.0", "0001:00:1f.7", 0xfff8, IOMMU),
                new EndpointNode.Platform(0x1c000000, 5, IOMMU, List.of()));
        assertThat(topology.find(IOMMU, 0xfff8)).isPresent();
        assertThat(topology.find(IOMMU, 0x1_0000))
                .as("the IOMMU itself, function 00:01.0")
                .isEmpty();
        assertThat(topology.find(IOMMU, 0x1_00f7))
                .as("last function of segment 0")
                .isPresent();
        assertThat(topology.find(IOMMU, 0x1_00f8)).as("between the segments").isEmpty();
        assertThat(topology.find(IOMMU, 0x1_fff8))
                .as("first function of segment 1")
                .isPresent();
        assertThat(topology.find(IOMMU, 0x2_00f8)).as("behind the last").isEmpty();
        assertThat(topology.find(IOMMU, 5)).contains(new Attachment(IOMMU, 5, List.of()));
        assertThat(topology.find(OTHER, 5)).isEmpty();
    }

    @Test
    void id_whose_device_counts_elsewhere_belongs_to_nobody() {
        Topology topology = topology(range("00:00.0", "00:1f.7", 0, IOMMU), range("00:05.0", "00:05.0", 0x90, OTHER));
        assertThat(topology.find(IOMMU, 0x28)).isEmpty();
        assertThat(topology.find(OTHER, 0x90)).isPresent();
    }

    @Test
    void endpoints_of_an_iommu_keep_their_order() {
        EndpointNode one = range("00:05.0", "00:05.0", 1, OTHER);
        EndpointNode two = range("00:04.0", "00:04.0", 2, OTHER);
        assertThat(topology(one, range("00:06.0", "00:06.0", 3, IOMMU), two).endpoints(OTHER))
                .containsExactly(one, two);
    }

    @Test
    void equality_is_of_nodes_and_their_order_not_of_where_they_were_found() {
        EndpointNode one = range("00:05.0", "00:05.0", 1, IOMMU);
        EndpointNode two = range("00:06.0", "00:06.0", 2, IOMMU);
        Topology topology = topology(one, two);
        assertThat(topology)
                .isEqualTo(Topology.builder()
                        .iommu(IOMMU, "here")
                        .iommu(OTHER, "there")
                        .endpoint(one, "first")
                        .endpoint(two, "second")
                        .build())
                .hasSameHashCodeAs(topology(one, two))
                .isNotEqualTo(topology(two, one))
                .isNotEqualTo(Topology.EMPTY);
    }

    @Test
    void text_is_a_tree() {
        assertThat(topology(
                        range("10:00.0", "10:1f.7", 0x1000, IOMMU),
                        new EndpointNode.Platform(0x1c000000, 0x10000, OTHER, List.of())))
                .hasToString("""
                        IOMMU PCI 0000:00:01.0
                          PCI 0000:10:00.0 to 0000:10:1f.7, endpoints 0x1000 to 0x10ff
                            MSI 0xfee00000-0xfeefffff
                        IOMMU MMIO 0x1d000000
                          MMIO 0x1c000000, endpoint 0x10000""");
        assertThat(Topology.EMPTY).hasToString("no IOMMU");
    }

    @Test
    void reversed_ranges_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> range("00:02.0", "00:01.0", 0, IOMMU));
        assertThatIllegalArgumentException().isThrownBy(() -> range("0001:00:02.0", "0000:00:03.0", 0, IOMMU));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReservedRegion(1, 0, ReservedRegion.Kind.RESERVED));
        assertThat(new ReservedRegion(0, -1, ReservedRegion.Kind.RESERVED).end())
                .isEqualTo(-1);
    }
}
