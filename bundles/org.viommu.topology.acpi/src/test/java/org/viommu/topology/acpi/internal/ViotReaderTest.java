// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.viommu.topology.Attachment;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.acpi.ViotLayout;

class ViotReaderTest {
    private static final int FIRST = 0x30;
    private static final int SECOND = 0x40;

    private static Topology read(byte[] table) throws TopologyFormatException {
        return new ViotReader().read(table);
    }

    private static List<String> problems(byte[] table) throws TopologyFormatException {
        return read(table).problems().stream()
                .map(problem -> problem.kind() + " " + problem.where())
                .toList();
    }

    private static TopologyFormatException refused(byte[] table) {
        return catchThrowableOfType(TopologyFormatException.class, () -> read(table));
    }

    private static EndpointNode.PciRange range(String first, String last, int endpoint, IommuNode iommu) {
        return new EndpointNode.PciRange(PciAddress.parse(first), PciAddress.parse(last), endpoint, iommu, List.of());
    }

    @Test
    void qemu_q35_table_is_read() throws TopologyFormatException {
        IommuNode iommu = new IommuNode.PciFunction(PciAddress.parse("00:02.0"));
        Topology topology = read(Tables.Q35);
        assertThat(topology)
                .isEqualTo(Topology.builder()
                        .iommu(iommu)
                        .endpoint(range("10:00.0", "10:1f.7", 0x1000, iommu))
                        .endpoint(range("30:00.0", "30:1f.7", 0x3000, iommu))
                        .build());
        assertThat(topology.problems()).isEmpty();
        assertThat(topology.find(PciAddress.parse("10:01.0"))).contains(new Attachment(iommu, 0x1008, List.of()));
        assertThat(topology.find(PciAddress.parse("20:01.0")))
                .as("a bridge that bypasses")
                .isEmpty();
    }

    @Test
    void qemu_arm_virt_table_leaves_the_iommu_in_its_own_range_untranslated() throws TopologyFormatException {
        Topology topology = read(Tables.ARM_VIRT);
        assertThat(topology.find(PciAddress.parse("00:01.0"))).isEmpty();
        assertThat(topology.find(PciAddress.parse("00:02.0")))
                .map(Attachment::endpoint)
                .contains(0x10);
        assertThat(problems(Tables.ARM_VIRT)).containsExactly("IOMMU_BEHIND_ITSELF node 0 at byte 0x30");
    }

    @Test
    void compiler_template_with_forward_references_and_all_types_is_read() throws TopologyFormatException {
        IommuNode pci = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));
        IommuNode mmio = new IommuNode.MmioWindow(0x1d000000);
        assertThat(read(Tables.TEMPLATE))
                .isEqualTo(Topology.builder()
                        .iommu(pci)
                        .iommu(mmio)
                        .endpoint(range("0000:00:00.0", "0001:ff:1f.7", 0, pci))
                        .endpoint(new EndpointNode.Platform(0x1c000000, 0x10000, mmio, List.of()))
                        .build());
    }

    @Test
    void table_shorter_than_its_header_is_refused() {
        for (int size = 0; size < ViotLayout.HEADER_SIZE; size++) {
            assertThat(refused(Arrays.copyOf(Tables.Q35, size)).getMessage())
                    .contains(size + " bytes, must be at least 48");
        }
    }

    @Test
    void wrong_signature_is_refused() {
        assertThat(refused(Tables.with8(Tables.Q35, 1, 1)))
                .hasMessage("byte 0x0: signature is V\\x01OT, must be VIOT")
                .satisfies(e -> assertThat(e.field()).isEqualTo("signature"));
    }

    @Test
    void length_that_is_not_the_number_of_bytes_is_refused() {
        assertThat(refused(Arrays.copyOf(Tables.Q35, 0x70 - 1)))
                .hasMessage("byte 0x4: length is 112, must be 111, the number of bytes given");
        assertThat(refused(Arrays.copyOf(Tables.Q35, 0x71)).offset()).isEqualTo(ViotLayout.LENGTH);
        assertThat(refused(Tables.with8(Tables.Q35, ViotLayout.LENGTH + 3, 0x80))
                        .value())
                .isEqualTo("2147483760");
    }

    @Test
    void wrong_checksum_is_refused_and_the_right_one_named() {
        byte[] table = Tables.Q35.clone();
        table[0x60]++;
        assertThat(refused(table)).hasMessage("byte 0x9: checksum is 0x3d, must be 0x3c for these bytes");
    }

    @Test
    void node_offset_inside_the_header_or_behind_the_end_is_refused() {
        assertThat(refused(Tables.with16(Tables.Q35, ViotLayout.NODE_OFFSET, 0x2f)))
                .hasMessage("byte 0x26: node offset is 47, must be 48 to 112");
        assertThat(refused(Tables.with16(Tables.Q35, ViotLayout.NODE_OFFSET, 0x71))
                        .value())
                .isEqualTo("113");
    }

    @Test
    void node_offset_behind_a_longer_header_is_followed() throws TopologyFormatException {
        assertThat(read(Tables.with16(Tables.with16(Tables.Q35, ViotLayout.NODE_OFFSET, 0x40), 0x24, 0)))
                .isEqualTo(Topology.EMPTY);
    }

    @Test
    void more_nodes_than_the_table_holds_are_refused() {
        assertThat(refused(Tables.with16(Tables.Q35, ViotLayout.NODE_COUNT, 4)))
                .hasMessage("byte 0x24: node count is 4, but node 3 at byte 0x70 is beyond the end at byte 0x70");
    }

    @Test
    void bytes_behind_the_last_node_are_reported() throws TopologyFormatException {
        assertThat(problems(Tables.with16(Tables.Q35, ViotLayout.NODE_COUNT, 2)))
                .containsExactly("IGNORED_CONTENT byte 0x58");
    }

    @Test
    void node_shorter_than_its_type_is_refused() {
        assertThat(refused(Tables.with16(Tables.Q35, SECOND + ViotLayout.NODE_LENGTH, 23)))
                .hasMessage("byte 0x42: length of node 1 at byte 0x40, type 1, is 23, must be 24 to 48");
        assertThat(refused(Tables.with16(Tables.Q35, FIRST + ViotLayout.NODE_LENGTH, 0))
                        .offset())
                .isEqualTo(0x32);
        assertThat(refused(Tables.with16(Tables.with8(Tables.Q35, FIRST, 0x77), FIRST + ViotLayout.NODE_LENGTH, 3))
                        .value())
                .isEqualTo("3");
    }

    @Test
    void node_that_runs_over_the_end_is_refused() {
        assertThat(refused(Tables.with16(Tables.Q35, 0x58 + ViotLayout.NODE_LENGTH, 25)))
                .hasMessage("byte 0x5a: length of node 2 at byte 0x58, type 1, is 25, must be 24 to 24");
    }

    @Test
    void node_longer_than_its_type_is_read_and_stepped_over() throws TopologyFormatException {
        // The third node becomes the tail of the second.
        byte[] table =
                Tables.with16(Tables.with16(Tables.Q35, ViotLayout.NODE_COUNT, 2), SECOND + ViotLayout.NODE_LENGTH, 48);
        assertThat(read(table).endpoints()).hasSize(1);
        assertThat(problems(table)).isEmpty();
    }

    @Test
    void node_of_unknown_type_is_left_out_and_reported() throws TopologyFormatException {
        for (int type : new int[] {0, 5, 255}) {
            byte[] table = Tables.with8(Tables.Q35, SECOND, type);
            assertThat(read(table).endpoints()).hasSize(1);
            assertThat(read(table).problems())
                    .hasToString(
                            "[warning: node 1 at byte 0x40: type " + type + " is not known; the node is left out]");
        }
    }

    @Test
    void endpoint_whose_output_node_is_no_iommu_is_left_out_and_reported() throws TopologyFormatException {
        for (int output : new int[] {0, 0x31, 0x40, 0x58, 0x70, 0xffff}) {
            byte[] table = Tables.with16(Tables.Q35, SECOND + ViotLayout.OUTPUT_NODE, output);
            assertThat(read(table).endpoints()).hasSize(1);
            assertThat(problems(table)).containsExactly("BAD_NODE node 1 at byte 0x40");
        }
    }

    @Test
    void reversed_range_is_left_out_and_reported() throws TopologyFormatException {
        byte[] table = Tables.with16(Tables.Q35, SECOND + ViotLayout.PCI_RANGE_BDF_END, 0x0fff);
        assertThat(read(table).endpoints()).hasSize(1);
        assertThat(problems(table)).containsExactly("BAD_NODE node 1 at byte 0x40");
    }

    @Test
    void reserved_bytes_that_are_not_zero_are_reported_and_ignored() throws TopologyFormatException {
        for (int offset : new int[] {0x28, 0x2f, 0x31, 0x38, 0x3f, 0x41, 0x52, 0x57}) {
            byte[] table = Tables.with8(Tables.Q35, offset, 1);
            assertThat(read(table)).isEqualTo(read(Tables.Q35));
            assertThat(read(table).problems())
                    .singleElement()
                    .asString()
                    .contains("reserved byte 0x" + Integer.toHexString(offset));
        }
    }

    @Test
    void last_of_overlapping_nodes_wins() throws TopologyFormatException {
        byte[] table = Tables.with16(
                Tables.with16(Tables.Q35, 0x58 + ViotLayout.PCI_RANGE_BDF_START, 0x1010),
                0x58 + ViotLayout.PCI_RANGE_BDF_END,
                0x1010);
        assertThat(read(table).find(PciAddress.parse("10:02.0")))
                .map(Attachment::endpoint)
                .contains(0x3000);
        assertThat(problems(table)).containsExactly("DUPLICATE_ENDPOINT node 2 at byte 0x58");
    }

    @Test
    void exception_carries_offset_field_and_value() {
        assertThatExceptionOfType(TopologyFormatException.class)
                .isThrownBy(() -> read(Tables.with16(Tables.Q35, ViotLayout.NODE_OFFSET, 7)))
                .satisfies(e -> {
                    assertThat(e.offset()).isEqualTo(0x26);
                    assertThat(e.field()).isEqualTo("node offset");
                    assertThat(e.value()).isEqualTo("7");
                });
    }
}
