// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemsTest {
    private static final IommuNode IOMMU = iommu("00:01.0");

    private final Topology.Builder builder = Topology.builder().iommu(IOMMU, "node 0");

    private static IommuNode iommu(String address) {
        return new IommuNode.PciFunction(PciAddress.parse(address));
    }

    private static EndpointNode.PciRange range(String first, String last, int endpoint, IommuNode iommu) {
        return new EndpointNode.PciRange(PciAddress.parse(first), PciAddress.parse(last), endpoint, iommu, List.of());
    }

    private static EndpointNode.Platform platform(long base, int endpoint) {
        return new EndpointNode.Platform(base, endpoint, IOMMU, List.of());
    }

    private List<String> problems() {
        return builder.build().problems().stream()
                .map(problem -> problem.where() + " " + problem.kind())
                .toList();
    }

    @Test
    void sound_topology_has_none() {
        builder.endpoint(range("00:02.0", "00:1f.7", 0x10, IOMMU))
                .endpoint(range("0001:00:00.0", "ffff:ff:1f.7", 0x10000, IOMMU))
                .endpoint(platform(0x1c000000, 0x8));
        assertThat(builder.build().problems()).isEmpty();
    }

    @Test
    void message_explains_with_the_coordinates_of_both() {
        builder.endpoint(range("00:02.0", "00:04.0", 0x10, IOMMU), "node 1")
                .endpoint(range("00:04.0", "00:05.0", 0x80, IOMMU), "node 2");
        assertThat(builder.build().problems())
                .hasToString("[warning: node 2: PCI 0000:00:04.0 to 0000:00:05.0, endpoints 0x80 to 0x88 describes"
                        + " devices of node 1 (PCI 0000:00:02.0 to 0000:00:04.0, endpoints 0x10 to 0x20) again;"
                        + " here the later one counts]");
    }

    @Test
    void same_platform_device_twice() {
        builder.endpoint(platform(0x1000, 1), "node 1").endpoint(platform(0x1000, 1), "node 2");
        assertThat(problems()).containsExactly("node 2 DUPLICATE_ENDPOINT");
    }

    @Test
    void device_listed_twice_with_the_same_id_is_no_clash_of_ids() {
        builder.endpoint(range("00:02.0", "00:04.0", 0x10, IOMMU), "node 1")
                .endpoint(range("00:03.0", "00:05.0", 0x18, IOMMU), "node 2");
        assertThat(problems()).containsExactly("node 2 DUPLICATE_ENDPOINT");
    }

    @Test
    void two_devices_with_the_same_id() {
        builder.endpoint(range("00:02.0", "00:04.0", 0x10, IOMMU), "node 1").endpoint(platform(0x1000, 0x20), "node 2");
        assertThat(problems()).containsExactly("node 2 ENDPOINT_ID_CLASH");
    }

    @Test
    void same_id_behind_different_iommus_is_fine() {
        IommuNode other = iommu("0001:00:01.0");
        builder.iommu(other)
                .endpoint(range("00:02.0", "00:04.0", 0x10, IOMMU))
                .endpoint(range("0001:00:02.0", "0001:00:04.0", 0x10, other));
        assertThat(problems()).isEmpty();
    }

    @Test
    void ids_of_several_segments_are_compared_segment_by_segment() {
        builder.endpoint(range("0000:10:00.0", "0002:10:1f.7", 0xfff0, IOMMU), "node 1")
                .endpoint(platform(0x1000, 0x2_00f0), "between segments")
                .endpoint(platform(0x2000, 0x3_00ef), "last function of the last segment");
        assertThat(problems()).containsExactly("last function of the last segment ENDPOINT_ID_CLASH");
    }

    @Test
    void ids_beyond_32_bits() {
        builder.endpoint(range("00:02.0", "00:02.1", 0xffff_ffff, IOMMU), "node 1")
                .endpoint(range("00:03.0", "00:03.0", 0xffff_fffe, IOMMU), "node 2");
        assertThat(problems()).containsExactly("node 1 ENDPOINT_ID_OVERFLOW");
    }

    @Test
    void iommu_among_its_own_endpoints() {
        builder.endpoint(range("00:00.0", "00:1f.7", 0, IOMMU), "node 1");
        assertThat(problems()).containsExactly("node 0 IOMMU_BEHIND_ITSELF");
    }

    @Test
    void iommus_in_a_circle() {
        IommuNode other = iommu("0001:00:01.0");
        IommuNode outside = iommu("0002:00:01.0");
        builder.iommu(other, "node 1")
                .iommu(outside, "node 2")
                .endpoint(range("0000:00:00.0", "0000:00:1f.7", 0, other))
                .endpoint(range("0001:00:00.0", "0001:00:1f.7", 0, IOMMU))
                .endpoint(range("0002:00:00.0", "0002:00:1f.7", 0x100, IOMMU));
        assertThat(problems()).containsExactly("node 0 IOMMU_CIRCLE");
    }

    @Test
    void iommu_behind_another_is_fine() {
        IommuNode other = iommu("0001:00:01.0");
        builder.iommu(other).endpoint(range("0000:00:00.0", "0000:00:1f.7", 0, other));
        assertThat(problems()).isEmpty();
    }

    @Test
    void iommu_listed_twice() {
        builder.iommu(IOMMU, "node 1");
        assertThat(problems()).containsExactly("node 1 DUPLICATE_IOMMU");
    }

    @Test
    void iommu_that_is_not_listed() {
        builder.endpoint(range("00:02.0", "00:02.0", 1, iommu("00:07.0")), "node 1");
        assertThat(problems()).containsExactly("node 1 UNKNOWN_IOMMU");
    }

    @Test
    void reserved_regions_that_overlap() {
        builder.endpoint(
                new EndpointNode.Platform(
                        0x1000,
                        1,
                        IOMMU,
                        List.of(
                                new ReservedRegion(0x8000_0000_0000_0000L, -1, ReservedRegion.Kind.RESERVED),
                                new ReservedRegion(0, 0xfff, ReservedRegion.Kind.RESERVED),
                                new ReservedRegion(-1, -1, ReservedRegion.Kind.MSI))),
                "node 1");
        assertThat(problems()).containsExactly("node 1 RESERVED_OVERLAP");
    }

    @Test
    void what_the_reader_noticed_comes_first() {
        builder.endpoint(range("00:00.0", "00:1f.7", 0, IOMMU))
                .problem(new Problem(Problem.Kind.UNKNOWN_NODE, "node 9", "type 9"));
        assertThat(problems()).containsExactly("node 9 UNKNOWN_NODE", "node 0 IOMMU_BEHIND_ITSELF");
    }
}
