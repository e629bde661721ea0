// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.topology.devicetree.internal.SampleTree.MMIO_IOMMU;
import static org.viommu.topology.devicetree.internal.SampleTree.PCI_IOMMU;
import static org.viommu.topology.devicetree.internal.SampleTree.SMMU;
import static org.viommu.topology.devicetree.internal.SampleTree.set;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Problem;
import org.viommu.topology.Topology;
import org.viommu.topology.UntranslatedNode;

/** Rules of the bindings and of Linux's of_map_id. */
class DeviceTreeReaderTest {
    private static final IommuNode PCI = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));
    private static final IommuNode MMIO = new IommuNode.MmioWindow(0x0a00_0000);

    private final SampleTree tree = new SampleTree();

    private Optional<Integer> endpoint(String function) {
        return tree.topology().find(PciAddress.parse(function)).map(found -> found.endpoint());
    }

    private List<String> problems() {
        return tree.topology().problems().stream()
                .map(problem -> problem.kind() + " " + problem.where())
                .toList();
    }

    private void map(int... cells) {
        set(tree.first, "iommu-map", cells);
    }

    @Test
    void both_kinds_of_iommu_are_found_where_the_guest_finds_them() {
        assertThat(tree.topology().iommus()).containsExactly(PCI, MMIO);
        assertThat(tree.topology().problems()).isEmpty();
    }

    @Test
    void example_of_the_binding() {
        map(0, PCI_IOMMU, 0, 8, 9, PCI_IOMMU, 9, 0xfff7);
        set(tree.second, "iommu-map", 0, PCI_IOMMU, 0x10000, 0x10000);
        set(tree.device, "iommus", PCI_IOMMU, 0x20000);
        Topology topology = tree.topology();
        assertThat(topology.problems()).isEmpty();
        assertThat(topology.endpoints())
                .containsExactly(
                        new EndpointNode.PciRange(PciAddress.of(0, 0), PciAddress.of(0, 7), 0, PCI, List.of()),
                        new EndpointNode.PciRange(PciAddress.of(0, 9), PciAddress.of(0, 0xffff), 9, PCI, List.of()),
                        new EndpointNode.PciRange(
                                PciAddress.of(1, 0), PciAddress.of(1, 0xffff), 0x10000, PCI, List.of()),
                        new EndpointNode.Platform(0x0a00_0200, 0x20000, PCI, List.of()));
        assertThat(topology.untranslated())
                .containsExactly(new UntranslatedNode.PciRange(PciAddress.of(0, 8), PciAddress.of(0, 8)));
    }

    @Test
    void a_without_a_map_a_root_complex_is_untranslated_and_that_is_no_error() {
        assertThat(endpoint("00:02.0")).isEmpty();
        assertThat(tree.topology().untranslated())
                .contains(new UntranslatedNode.PciRange(PciAddress.of(0, 0), PciAddress.of(0, 0xffff)));
        assertThat(problems()).isEmpty();
    }

    @Test
    void b_a_map_of_no_whole_entries_is_an_error_and_translates_nothing() {
        map();
        assertThat(problems()).hasSize(1).first().asString().startsWith("BAD_NODE /pcie@10000000 iommu-map at byte 0x");
        map(0, PCI_IOMMU, 0, 0x10000, 1, PCI_IOMMU);
        assertThat(endpoint("00:02.0")).isEmpty();
        assertThat(problems()).hasSize(1);
        tree.first.set(new DeviceProperty("iommu-map", new byte[17], 0));
        assertThat(problems()).hasSize(1);
        assertThat(tree.topology().untranslated())
                .as("not on purpose")
                .containsExactly(new UntranslatedNode.PciRange(PciAddress.of(1, 0), PciAddress.of(1, 0xffff)));
    }

    @Test
    void c_a_base_outside_of_the_mask_ends_the_map_for_what_comes_after() {
        map(0x10, PCI_IOMMU, 0x10, 8, 0x21, PCI_IOMMU, 0x21, 1, 0x30, PCI_IOMMU, 0x30, 8);
        set(tree.first, "iommu-map-mask", 0xfff8);
        assertThat(endpoint("00:02.0")).contains(0x10);
        assertThat(endpoint("00:06.0")).isEmpty();
        assertThat(tree.topology().problems())
                .singleElement()
                .asString()
                .contains("entry 1 begins at 0x21, which has bits outside of iommu-map-mask 0xfff8");
        assertThat(tree.topology().untranslated()).hasSize(1);
    }

    @Test
    void d_the_first_entry_that_matches_counts() {
        map(0x10, PCI_IOMMU, 0x80, 8, 0, MMIO_IOMMU, 0, 0x100);
        assertThat(endpoint("00:02.0")).contains(0x80);
        assertThat(endpoint("00:03.0")).contains(0x18);
        assertThat(endpoint("00:00.0")).contains(0);
        assertThat(tree.topology().problems())
                .filteredOn(problem -> problem.kind() == Problem.Kind.DUPLICATE_ENDPOINT)
                .singleElement()
                .extracting(Problem::message)
                .isEqualTo("entry 1 is for functions of entry 0 again; here the earlier one counts");
    }

    @Test
    void d_an_unknown_phandle_hides_later_entries_and_is_an_error() {
        map(0x10, 0x99, 0x10, 8, 0, PCI_IOMMU, 0, 8, 0x10, PCI_IOMMU, 0x10, 0x10);
        assertThat(endpoint("00:02.0")).isEmpty();
        assertThat(endpoint("00:03.0")).contains(0x18);
        assertThat(problems()).anyMatch(problem -> problem.startsWith("UNKNOWN_IOMMU /pcie@10000000 iommu-map"));
        assertThat(tree.topology().untranslated())
                .doesNotContain(new UntranslatedNode.PciRange(PciAddress.of(0, 0x10), PciAddress.of(0, 0x17)));
    }

    @Test
    void e_a_function_that_no_entry_matches_is_untranslated_and_that_is_no_error() {
        map(0x10, PCI_IOMMU, 0x10, 8);
        assertThat(endpoint("00:03.0")).isEmpty();
        assertThat(tree.topology().untranslated())
                .startsWith(
                        new UntranslatedNode.PciRange(PciAddress.of(0, 0), PciAddress.of(0, 0xf)),
                        new UntranslatedNode.PciRange(PciAddress.of(0, 0x18), PciAddress.of(0, 0xffff)));
        assertThat(problems()).isEmpty();
    }

    @Test
    void f_a_disabled_iommu_translates_nothing() {
        map(0, PCI_IOMMU, 0, 8);
        set(tree.device, "iommus", PCI_IOMMU, 0x20000);
        SampleTree.disable(tree.pciIommu);
        assertThat(tree.topology().iommus()).containsExactly(MMIO);
        assertThat(tree.topology().endpoints()).isEmpty();
        assertThat(tree.topology().problems())
                .extracting(Problem::kind)
                .containsExactly(Problem.Kind.DISABLED_IOMMU, Problem.Kind.DISABLED_IOMMU);
    }

    @Test
    void an_iommu_on_a_disabled_bus_is_disabled_too() {
        SampleTree.disable(tree.bus);
        set(tree.device, "iommus", MMIO_IOMMU, 1);
        assertThat(tree.topology().iommus()).containsExactly(PCI);
        assertThat(tree.topology().endpoints()).isEmpty();
        assertThat(tree.topology().problems()).isEmpty();
    }

    @Test
    void a_mask_makes_the_functions_of_a_device_one_endpoint() {
        map(0x10, PCI_IOMMU, 0x10, 0x10);
        set(tree.first, "iommu-map-mask", 0xfff8);
        assertThat(endpoint("00:02.0")).contains(0x10);
        assertThat(endpoint("00:02.7")).contains(0x10);
        assertThat(endpoint("00:03.1")).contains(0x18);
        assertThat(endpoint("00:04.0")).isEmpty();
        assertThat(tree.topology().untranslated().get(1))
                .isEqualTo(new UntranslatedNode.PciRange(PciAddress.of(0, 0x20), PciAddress.of(0, 0xffff)));
    }

    @Test
    void a_mask_that_leaves_out_the_bus_repeats_the_map_for_each_bus() {
        map(0x10, PCI_IOMMU, 0x110, 8);
        set(tree.first, "iommu-map-mask", 0xff);
        assertThat(endpoint("42:02.3")).contains(0x113);
        assertThat(endpoint("42:03.3")).isEmpty();
        assertThat(tree.topology().problems()).isEmpty();
    }

    @Test
    void wider_cells_put_the_distance_into_the_last_one() {
        DeviceNode wide = tree.smmu();
        set(wide, "#iommu-cells", 2);
        map(0, SMMU, 7, 0, 8, 0x10, PCI_IOMMU, 0x90, 8);
        assertThat(endpoint("00:02.1")).contains(0x91);
        assertThat(problems()).containsExactly("FOREIGN_IOMMU /smmu@9050000");
    }

    @Test
    void what_is_behind_another_kind_of_iommu_is_left_out_and_said_once() {
        tree.smmu();
        map(0, SMMU, 0, 8, 8, SMMU, 0, 8);
        set(tree.device, "iommus", SMMU, 1);
        assertThat(tree.topology().endpoints()).isEmpty();
        assertThat(problems()).containsExactly("FOREIGN_IOMMU /smmu@9050000");
    }

    @Test
    void a_range_beyond_the_last_function_is_cut_and_reported() {
        map(9, PCI_IOMMU, 9, 0x10000);
        assertThat(endpoint("ff:1f.7")).contains(0xffff);
        assertThat(problems()).singleElement().asString().startsWith("RANGE_OVERFLOW");
        map(0x10000, PCI_IOMMU, 9, 1, 3, PCI_IOMMU, 3, 0, 5, PCI_IOMMU, 5, 1);
        assertThat(tree.topology().problems())
                .extracting(Problem::kind)
                .containsExactly(Problem.Kind.IGNORED_CONTENT, Problem.Kind.IGNORED_CONTENT);
        assertThat(endpoint("00:00.5")).contains(5);
    }

    @Test
    void ids_that_clash_name_both_entries() {
        map(0x10, PCI_IOMMU, 0x10, 8, 0x20, PCI_IOMMU, 0x12, 8);
        assertThat(tree.topology().problems())
                .singleElement()
                .asString()
                .contains("/pcie@10000000 iommu-map at byte 0x", " entry 1: ", " entry 0 (PCI 0000:00:02.0");
    }

    @Test
    void an_iommu_in_its_own_map_stays_untranslated() {
        map(0, PCI_IOMMU, 0, 0x10000);
        assertThat(endpoint("00:01.0")).isEmpty();
        assertThat(problems()).containsExactly("IOMMU_BEHIND_ITSELF /pcie@10000000/iommu@1,0");
    }

    @Test
    void segments_are_those_asked_for_and_the_lowest_others() {
        set(tree.second, "linux,pci-domain", 0);
        set(tree.second, "iommu-map", 0, MMIO_IOMMU, 0, 8);
        map(0, MMIO_IOMMU, 0x100, 8);
        assertThat(endpoint("0000:00:00.0")).contains(0);
        assertThat(endpoint("0001:00:00.0")).contains(0x100);
        assertThat(tree.topology().iommus()).contains(new IommuNode.PciFunction(PciAddress.parse("0001:00:01.0")));
    }

    @Test
    void each_entry_of_a_platform_device_is_one_of_its_interfaces() {
        set(tree.device, "iommus", MMIO_IOMMU, 5, PCI_IOMMU, 6);
        assertThat(tree.topology().endpoints())
                .containsExactly(
                        new EndpointNode.Platform(0x0a00_0200, 0, 5, MMIO, List.of()),
                        new EndpointNode.Platform(0x0a00_0200, 1, 6, PCI, List.of()));
        assertThat(problems()).isEmpty();
        tree.device.set(DeviceProperty.ofStrings("compatible", "virtio,mmio"));
        assertThat(problems()).singleElement().asString().startsWith("IGNORED_CONTENT /bus@a000000/device@200 iommus");
    }

    @Test
    void an_unknown_reference_ends_the_list_of_a_platform_device() {
        set(tree.device, "iommus", MMIO_IOMMU, 5, 0x99, 1, PCI_IOMMU, 6);
        assertThat(tree.topology().endpoints()).hasSize(1);
        assertThat(problems()).singleElement().asString().startsWith("UNKNOWN_IOMMU");
        set(tree.device, "iommus", MMIO_IOMMU);
        assertThat(tree.topology().problems())
                .singleElement()
                .asString()
                .contains("entry 0 does not have the cells that /bus@a000000/virtio_mmio@0 asks for in #iommu-cells");
    }

    @Test
    void a_device_whose_address_the_bus_does_not_pass_on_is_left_out() {
        set(tree.device, "iommus", MMIO_IOMMU, 5);
        set(tree.device, "reg", 0x1000, 0x200);
        assertThat(tree.topology().endpoints()).isEmpty();
        assertThat(tree.topology().problems())
                .singleElement()
                .asString()
                .contains("its address 0x1000 is not in the ranges of /bus@a000000");
        tree.bus.set(DeviceProperty.ofCells("ranges"));
        assertThat(tree.topology().find(0x1000))
                .as("empty ranges are the same address")
                .isPresent();
    }

    @Test
    void the_property_of_a_pci_function_is_ignored_for_the_map_of_its_root_complex_counts() {
        set(tree.first.add("ethernet@2,0"), "iommus", MMIO_IOMMU, 5);
        assertThat(tree.topology().endpoints()).isEmpty();
        assertThat(problems()).singleElement().asString().startsWith("IGNORED_CONTENT /pcie@10000000/ethernet@2,0");
    }

    @Test
    void iommus_that_are_described_badly_are_named() {
        tree.pciIommu.remove("#iommu-cells");
        set(tree.mmioIommu, "#iommu-cells", 2);
        set(tree.pciIommu, "reg", 0x0200_0800, 0, 0, 0, 0);
        assertThat(tree.topology().problems())
                .extracting(Problem::toString)
                .containsExactly(
                        "error: /pcie@10000000/iommu@1,0: #iommu-cells must be 1 for a virtio-iommu, and is missing",
                        "warning: "
                                + tree.topology().problems().get(1).where()
                                + ": 0x02000800 has bits outside of bus, device and function, which are ignored",
                        "error: /bus@a000000/virtio_mmio@0: #iommu-cells must be 1 for a virtio-iommu, and is 2");
    }

    @Test
    void the_same_phandle_twice_is_an_error_and_the_first_counts() {
        set(tree.device, "phandle", PCI_IOMMU);
        map(0, PCI_IOMMU, 0, 8);
        assertThat(endpoint("00:00.3")).contains(3);
        assertThat(problems()).containsExactly("BAD_NODE /bus@a000000/device@200");
    }

    @Test
    void names_from_the_blob_cannot_reach_the_terminal_as_they_are() {
        set(tree.root.add("bad\u001b[31m"), "phandle", PCI_IOMMU);
        assertThat(problems()).containsExactly("BAD_NODE /bad\\x1b[31m");
    }
}
