// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopologySourcesTest {
    private static final IommuNode IOMMU = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));
    private static final PciAddress DISK = PciAddress.parse("00:02.0");

    private final TopologySources sources = new TopologySources("vm1");

    private static Topology topology(int endpoint, String where) {
        return Topology.builder()
                .iommu(IOMMU, where + " iommu")
                .endpoint(new EndpointNode.PciRange(DISK, endpoint, IOMMU), where)
                .build();
    }

    private static Map<String, Object> properties(String name, int ranking, long id) {
        return new HashMap<>(Map.of(
                TopologySource.MACHINE,
                "vm1",
                TopologySource.NAME,
                name,
                TopologySource.ORIGIN,
                "/" + name,
                "service.ranking",
                ranking,
                "service.id",
                id));
    }

    private int endpointOfDisk() {
        return sources.topology().orElseThrow().find(DISK).orElseThrow().endpoint();
    }

    @Test
    void without_a_source_there_is_no_graph() {
        assertThat(sources.topology()).isEmpty();
    }

    @Test
    void the_graph_of_a_single_source_is_shared_not_copied() {
        Topology only = topology(0x10, "node 1");
        assertThat(sources.put(() -> only, properties("acpi", 0, 1))).isTrue();
        assertThat(sources.topology().orElseThrow()).isSameAs(only);
    }

    @Test
    void a_source_of_another_machine_is_left_out() {
        TopologySource source = () -> topology(0x10, "node 1");
        Map<String, Object> properties = properties("acpi", 0, 1);
        properties.put(TopologySource.MACHINE, "vm2");
        assertThat(sources.put(source, properties)).isFalse();
        properties.put(TopologySource.MACHINE, new String[] {"vm2", "vm1"});
        assertThat(sources.put(source, properties)).isTrue();
        properties.put(TopologySource.MACHINE, new String[] {"vm2"});
        assertThat(sources.put(source, properties)).isTrue();
        assertThat(sources.topology()).isEmpty();
    }

    @Test
    void nodes_of_all_sources_are_in_the_graph_until_their_source_goes() {
        Topology second = Topology.builder()
                .endpoint(new EndpointNode.Platform(0x1000, 0x8, IOMMU, List.of()))
                .build();
        TopologySource secondSource = () -> second;
        sources.put(() -> topology(0x10, "node 1"), properties("acpi", 0, 1));
        sources.put(secondSource, properties("static", 0, 2));
        assertThat(sources.topology().orElseThrow().find(0x1000)).isPresent();
        assertThat(endpointOfDisk()).isEqualTo(0x10);
        assertThat(sources.remove(secondSource)).isTrue();
        assertThat(sources.topology().orElseThrow().find(0x1000)).isEmpty();
    }

    @Test
    void what_two_sources_agree_on_is_said_once_and_no_problem() {
        sources.put(() -> topology(0x10, "node 1"), properties("acpi", 0, 1));
        assertThat(sources.put(() -> topology(0x10, "entry 0"), properties("static", 0, 2)))
                .isFalse();
        assertThat(sources.topology().orElseThrow()).isEqualTo(topology(0x10, "either"));
        assertThat(sources.topology().orElseThrow().problems()).isEmpty();
        assertThat(sources.contradictions()).isEmpty();
    }

    @Test
    void in_a_contradiction_the_higher_ranking_counts_and_both_places_are_named() {
        sources.put(() -> topology(0x10, "node 1"), properties("acpi", 5, 2));
        sources.put(() -> topology(0x80, "entry 0"), properties("static", 0, 1));
        assertThat(endpointOfDisk()).isEqualTo(0x10);
        assertThat(sources.contradictions())
                .isEqualTo(sources.topology().orElseThrow().problems())
                .isNotEmpty();
        assertThat(sources.topology().orElseThrow().problems())
                .singleElement()
                .hasToString(
                        "warning: acpi /acpi: node 1: PCI 0000:00:02.0, endpoint 0x10 describes devices of"
                                + " static /static: entry 0 (PCI 0000:00:02.0, endpoint 0x80) again; here the later one counts");
    }

    @Test
    void of_equal_ranking_the_source_that_came_first_counts() {
        sources.put(() -> topology(0x10, "node 1"), properties("acpi", 0, 7));
        sources.put(() -> topology(0x80, "entry 0"), properties("static", 0, 8));
        assertThat(endpointOfDisk()).isEqualTo(0x10);
    }

    @Test
    void a_source_agreed_with_by_a_weaker_one_still_wins_over_one_between_them() {
        sources.put(() -> topology(0x10, "strong"), properties("a", 2, 1));
        sources.put(() -> topology(0x80, "middle"), properties("b", 1, 2));
        sources.put(() -> topology(0x10, "weak"), properties("c", 0, 3));
        assertThat(endpointOfDisk()).isEqualTo(0x10);
    }

    @Test
    void a_source_that_repeats_itself_is_reported_in_the_merged_graph_too() {
        Topology twice = Topology.builder()
                .iommu(IOMMU)
                .endpoint(new EndpointNode.PciRange(DISK, 0x10, IOMMU), "node 1")
                .endpoint(new EndpointNode.PciRange(DISK, 0x10, IOMMU), "node 2")
                .problem(new Problem(Problem.Kind.UNKNOWN_NODE, "node 3", "left out"))
                .build();
        sources.put(() -> twice, properties("acpi", 0, 1));
        sources.put(() -> Topology.EMPTY, properties("static", 0, 2));
        assertThat(sources.topology().orElseThrow().problems())
                .extracting(Problem::where)
                .containsExactly("acpi /acpi: node 3", "acpi /acpi: node 2");
    }

    @Test
    void untranslated_by_one_source_and_translated_by_another_is_translated_and_an_error() {
        Topology untranslated = Topology.builder()
                .untranslated(new UntranslatedNode.PciRange(PciAddress.parse("00:00.0"), DISK), "entry 4")
                .build();
        sources.put(() -> topology(0x10, "node 1"), properties("acpi", 0, 1));
        sources.put(() -> untranslated, properties("static", 9, 2));
        assertThat(endpointOfDisk()).isEqualTo(0x10);
        assertThat(sources.topology().orElseThrow().problems())
                .singleElement()
                .hasToString("error: static /static: entry 4: PCI 0000:00:00.0 to 0000:00:02.0 is to be untranslated,"
                        + " but acpi /acpi: node 1 (PCI 0000:00:02.0, endpoint 0x10) puts it behind PCI 0000:00:01.0;"
                        + " it is translated");
    }

    @Test
    void a_changed_source_changes_the_graph() {
        Topology[] current = {topology(0x10, "node 1")};
        TopologySource source = () -> current[0];
        sources.put(source, properties("static", 0, 1));
        assertThat(sources.put(source, properties("static", 0, 1))).isFalse();
        current[0] = topology(0x20, "node 1");
        assertThat(sources.put(source, properties("static", 0, 1))).isTrue();
        assertThat(endpointOfDisk()).isEqualTo(0x20);
    }

    @Test
    void thousands_of_machines_share_one_graph() {
        Topology shared = topology(0x10, "node 1");
        TopologySource source = () -> shared;
        Map<String, Object> properties = properties("static", 0, 1);
        String[] machines = new String[5_000];
        for (int i = 0; i < machines.length; i++) {
            machines[i] = "vm" + i;
        }
        properties.put(TopologySource.MACHINE, machines);
        for (String machine : machines) {
            TopologySources each = new TopologySources(machine);
            each.put(source, properties);
            assertThat(each.topology().orElseThrow()).isSameAs(shared);
        }
    }
}
