// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LookupTest {
    private static final IommuNode IOMMU = new IommuNode.MmioWindow(0x9000);
    private static final int[] MASKS = {0xffff, 0xffff, 0xffff, 0xfff8, 0xff00, 0x00ff, 0};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void the_last_range_that_contains_a_function_counts(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<EndpointNode> nodes = new ArrayList<>();
            for (int i = random.nextInt(40); i > 0; i--) {
                nodes.add(range(random, i));
            }
            FunctionIndex index = new FunctionIndex(nodes);
            for (int i = 0; i < 50; i++) {
                PciAddress function = PciAddress.of(random.nextInt(6), random.nextInt(0x300));
                assertThat(index.find(function)).isEqualTo(byTrial(nodes, function));
            }
        }
    }

    @Test
    void functions_that_differ_in_masked_bits_are_one_endpoint() {
        PciAddress device = PciAddress.parse("00:02.0");
        Topology topology = Topology.builder()
                .iommu(IOMMU)
                .endpoint(new EndpointNode.PciRange(device, device, 0xfff8, 0x77, IOMMU, List.of()))
                .build();
        assertThat(topology.find(PciAddress.parse("00:02.0")).orElseThrow().endpoint())
                .isEqualTo(0x77);
        assertThat(topology.find(PciAddress.parse("00:02.5")).orElseThrow().endpoint())
                .isEqualTo(0x77);
        assertThat(topology.find(PciAddress.parse("00:03.0"))).isEmpty();
        assertThat(topology.find(IOMMU, 0x77)).isPresent();
        assertThat(topology.problems()).isEmpty();
    }

    @Test
    void ranges_of_different_masks_that_share_functions_are_reported() {
        PciAddress device = PciAddress.parse("00:02.0");
        Topology topology = Topology.builder()
                .iommu(IOMMU)
                .endpoint(new EndpointNode.PciRange(device, device, 0xfff8, 0x77, IOMMU, List.of()), "masked")
                .endpoint(new EndpointNode.PciRange(PciAddress.parse("00:02.3"), 0x13, IOMMU), "plain")
                .build();
        assertThat(topology.problems())
                .singleElement()
                .extracting(Problem::kind, Problem::where)
                .containsExactly(Problem.Kind.DUPLICATE_ENDPOINT, "plain");
    }

    @Test
    void a_range_must_fit_its_mask() {
        PciAddress function = PciAddress.parse("00:02.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EndpointNode.PciRange(function, function, 0xfff8, 0, IOMMU, List.of()))
                .withMessage("PCI range from 0000:00:02.1 does not fit mask 0xfff8");
    }

    @Test
    void each_interface_of_a_platform_device_has_its_own_endpoint() {
        Topology topology = Topology.builder()
                .iommu(IOMMU)
                .endpoint(new EndpointNode.Platform(0x1000, 0, 5, IOMMU, List.of()))
                .endpoint(new EndpointNode.Platform(0x1000, 1, 6, IOMMU, List.of()))
                .build();
        assertThat(topology.find(0x1000).orElseThrow().endpoint()).isEqualTo(5);
        assertThat(topology.find(IOMMU, 5)).isPresent();
        assertThat(topology.find(IOMMU, 6)).isPresent();
        assertThat(topology.problems()).isEmpty();
    }

    @Test
    void an_endpoint_id_that_every_node_claims_for_another_device_is_looked_up_without_comparing_each_with_each() {
        Topology.Builder builder = Topology.builder().iommu(IOMMU);
        int count = 0xffff;
        for (int bdf = 0; bdf < count; bdf++) {
            builder.endpoint(new EndpointNode.PciRange(PciAddress.of(0, bdf), 7, IOMMU));
        }
        // Everything is described again: no node of the first half counts.
        builder.endpoint(
                new EndpointNode.PciRange(PciAddress.of(0, 0), PciAddress.of(0, 0xffff), 0x10000, IOMMU, List.of()));
        assertThat(builder.build().find(IOMMU, 7)).isEmpty();
    }

    private static EndpointNode.PciRange range(Random random, int endpoint) {
        int mask = MASKS[random.nextInt(MASKS.length)];
        int segment = random.nextInt(4);
        int bdf = random.nextInt(0x280) & mask;
        return new EndpointNode.PciRange(
                PciAddress.of(segment, bdf),
                PciAddress.of(segment + random.nextInt(3), bdf + random.nextInt(0x80)),
                mask,
                endpoint,
                IOMMU,
                List.of());
    }

    private static Optional<EndpointNode.PciRange> byTrial(List<EndpointNode> nodes, PciAddress function) {
        return nodes.stream()
                .map(EndpointNode.PciRange.class::cast)
                .filter(range -> range.contains(function))
                .reduce((earlier, later) -> later);
    }
}
