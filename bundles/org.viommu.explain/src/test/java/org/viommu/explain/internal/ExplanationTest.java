// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.explain.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Problem;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.Topology;
import org.viommu.topology.UntranslatedNode;

class ExplanationTest {
    private static final IommuNode IOMMU = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));
    private static final ReservedRegion MSI = new ReservedRegion(0x0802_0000, 0x0802_0fff, ReservedRegion.Kind.MSI);

    private final Topology.Builder builder = Topology.builder()
            .iommu(IOMMU, "node 0")
            .endpoint(
                    new EndpointNode.PciRange(
                            PciAddress.parse("00:02.0"), PciAddress.parse("00:03.7"), 0x10, IOMMU, List.of(MSI)),
                    "node 1 at byte 0x40")
            .endpoint(new EndpointNode.Platform(0x1c00_0000, 0x1_0000, IOMMU, List.of()), "node 2 at byte 0x58")
            .untranslated(new UntranslatedNode.PciRange(PciAddress.parse("00:01.0"), PciAddress.parse("00:01.0")));

    private String text() {
        return new Explanation(builder.build()).text();
    }

    @Test
    void a_sound_topology_is_a_tree_and_a_table() {
        assertThat(text()).isEqualToNormalizingNewlines("""
                IOMMU PCI 0000:00:01.0
                ├─ PCI 0000:00:02.0 to 0000:00:03.7, endpoints 0x10 to 0x1f, reserved MSI 0x8020000-0x8020fff
                └─ MMIO 0x1c000000, endpoint 0x10000
                untranslated on purpose
                └─ PCI 0000:00:01.0

                devices                            endpoints      IOMMU              said by
                PCI 0000:00:02.0 to 0000:00:03.7   0x10 to 0x1f   PCI 0000:00:01.0   node 1 at byte 0x40
                MMIO 0x1c000000                    0x10000        PCI 0000:00:01.0   node 2 at byte 0x58

                nothing is wrong
                """);
    }

    @Test
    void a_warning_leaves_it_sound_and_an_error_does_not() {
        builder.problem(new Problem(Problem.Kind.UNKNOWN_NODE, "node 3", "left out"));
        assertThat(new Explanation(builder.build()).isSound()).isTrue();
        assertThat(text()).contains("0 errors, 1 warning").contains("  warning: node 3: left out");
        builder.problem(new Problem(Problem.Kind.BAD_NODE, "node 4", "reversed"));
        assertThat(new Explanation(builder.build()).isSound()).isFalse();
        assertThat(text()).contains("1 error, 1 warning").contains("  error: node 4: reversed");
    }

    @Test
    void no_iommu_is_said() {
        assertThat(new Explanation(Topology.EMPTY).text())
                .contains("no virtio-iommu")
                .contains("nothing is wrong");
    }

    @Test
    void of_very_many_problems_the_first_are_shown() {
        for (int i = 0; i < 60; i++) {
            builder.problem(new Problem(Problem.Kind.BAD_NODE, "node " + i, "bad"));
        }
        assertThat(text()).contains("60 errors").contains("and 10 more").doesNotContain("node 55");
    }
}
