// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands as an operator types them. */
class CommandsTest {
    private Console console;

    @BeforeEach
    void open_console() {
        Inventory inventory =
                new Inventory(List.of(new SampleDevice("vm2"), new SampleDevice("vm1")), List.of(new SampleMachine()));
        console = new Console(
                new StatusCommand(inventory),
                new DevicesCommand(inventory),
                new FeaturesCommand(inventory),
                new QueuesCommand(inventory),
                new DomainsCommand(inventory),
                new EndpointsCommand(inventory),
                new RequestsCommand(inventory),
                new FaultsCommand(inventory),
                new MappingsCommand(inventory),
                new TranslateCommand(inventory));
    }

    @AfterEach
    void close_console() {
        console.close();
    }

    @Test
    void each_iommu_has_a_line_in_the_order_of_names() throws Exception {
        assertThat(console.shown("viommu:status").lines()).hasSize(3);
        assertThat(console.shown("viommu:status").lines().skip(1))
                .allSatisfy(line -> assertThat(line).matches("vm[12]/iommu0 +yes +radix +2 +2,500 +3 +7 +1,000 +4 +3"));
        assertThat(console.shown("viommu:status").indexOf("vm1"))
                .isLessThan(console.shown("viommu:status").indexOf("vm2"));
    }

    @Test
    void one_device_can_be_asked_for() throws Exception {
        assertThat(console.shown("viommu:status -d vm2/iommu0")).contains("vm2").doesNotContain("vm1");
    }

    @Test
    void an_unknown_device_is_named_with_those_there_are() {
        assertThatThrownBy(() -> console.execute("viommu:domains --device vm3/iommu0"))
                .hasMessage("--device: 'vm3/iommu0': there are vm1/iommu0, vm2/iommu0");
        assertThatThrownBy(() -> console.execute("viommu:translate 0x10 0"))
                .hasMessage("--device is needed: there are vm1/iommu0, vm2/iommu0");
    }

    @Test
    void functions_say_what_they_lack_and_what_broke() throws Exception {
        assertThat(console.shown("viommu:devices"))
                .containsPattern("vm1/disk0 +- +0000:00:02.0 +/run/disk0 +its IOMMU is not there +- +-")
                .containsPattern(
                        "vm1/iommu0 +iommu +0000:00:01.0 +/run/iommu0 +offered +DRIVER_OK,NEEDS_RESET +INDEX_JUMP");
    }

    @Test
    void features_have_names() throws Exception {
        assertThat(console.shown("viommu:features"))
                .containsPattern("vm1/iommu0 +2 +MAP_UNMAP +yes +yes +yes")
                .containsPattern("vm1/iommu0 +60 +- +no +yes +no");
    }

    @Test
    void queues_show_where_they_stand_in_either_layout() throws Exception {
        assertThat(console.shown("viommu:queue-status").lines())
                .anyMatch(it ->
                        it.matches("vm1/iommu0 +0 +64 +yes +split +0x1000 +0x2000 +0x3000 +70 +69 +67 +2 +no +1 +-"))
                .anyMatch(
                        it -> it.matches(
                                "vm1/iommu0 +1 +32 +yes +packed +0x4000 .* +3w1 +3w1 +1w0 +4 +yes +- +INDEX_JUMP \\(0x4000\\)"));
        assertThatThrownBy(() -> console.execute("viommu:queue-status -f net0"))
                .hasMessage("--function: 'net0': no machine has it; viommu:devices lists them");
        assertThatThrownBy(() -> console.execute("viommu:queue-status -m vm7"))
                .hasMessage("--machine: 'vm7': there are vm1");
    }

    @Test
    void scripts_get_json_with_numbers_and_hexadecimal_addresses() throws Exception {
        assertThat(console.execute("viommu:endpoints --json -d vm1/iommu0"))
                .asString()
                .startsWith(
                        "[{\"device\":\"vm1/iommu0\",\"endpoint\":\"0x10\",\"known\":true,\"domain\":\"5\",\"ports\":1,");
    }

    @Test
    void what_a_command_gives_is_a_list_of_objects() throws Exception {
        assertThat(console.execute("(viommu:domains -d vm1/iommu0) size")).isEqualTo(2);
        assertThat(console.execute("((viommu:endpoints -d vm1/iommu0) get 0) endpoint"))
                .isEqualTo(new Address(0x10));
        assertThat(console.shown("(viommu:domains -d vm1/iommu0) get 1")).isEqualTo("vm1/iommu0  6  yes  0  0x11");
    }

    @Test
    void counters_are_listed_by_kind() throws Exception {
        assertThat(console.shown("viommu:requests"))
                .containsPattern("vm1/iommu0 +MAP +INVAL +2")
                .containsPattern("unknown +- +0");
        assertThat(console.shown("viommu:faults"))
                .containsPattern("refused +MAPPING +4")
                .containsPattern("dropped +- +1");
    }

    @Test
    void mappings_come_in_pages_that_say_where_the_next_begins() throws Exception {
        String first = console.shown("viommu:mappings -d vm1/iommu0 -n 2 5");
        assertThat(first.lines()).hasSize(4).last().isEqualTo("there are more: --from 0x2000");
        assertThat(first).containsPattern("0x1000 +0x1fff +0x80001000 +rw-");
        assertThat(rows("viommu:mappings -d vm1/iommu0 -n 1000000 5")).hasSize(SampleDevice.MAPPED);
        assertThat(rows("viommu:mappings -d vm1/iommu0 -f 0x1800 -t 0x3000 5")).hasSize(3);
        assertThat(rows("viommu:mappings -d vm1/iommu0 -f 0xfffffffffffffff0 5"))
                .hasSize(1);
    }

    @Test
    void wrong_numbers_are_named_with_what_is_allowed() {
        assertThatThrownBy(() -> console.execute("viommu:mappings -d vm1/iommu0 -n 0 5"))
                .hasMessage("--limit: 0: allowed are 1 to 1000000");
        assertThatThrownBy(() -> console.execute("viommu:mappings -d vm1/iommu0 9"))
                .hasMessage("DOMAIN: 9: vm1/iommu0 has no such domain");
        assertThatThrownBy(() -> console.execute("viommu:translate -d vm1/iommu0 0x10 zero"))
                .hasMessage("ADDRESS: 'zero': write an unsigned number, decimal or 0x and hexadecimal");
        assertThatThrownBy(() -> console.execute("viommu:translate -d vm1/iommu0 0x100000000 0"))
                .hasMessage("ENDPOINT: '0x100000000': allowed are 0 to 0xffffffff");
    }

    @Test
    void translate_says_where_an_access_goes_and_why() throws Exception {
        assertThat(translated("0x10", "0x1008")).containsPattern("mapped +0x80001008 +rw- +domain 5, 0x1000-0x1fff");
        assertThat(translated("0x10", "0xffffffffffffffff")).contains("mapped");
        assertThat(translated("0x10", "0x7fffffffffffffff")).containsPattern("refused +- +--- +not mapped in domain 5");
        assertThat(translated("0x10", "0xfee00000")).containsPattern("interrupt +- +-w- +reserved region MSI");
        assertThat(translated("0x11", "0x1008")).containsPattern("bypass +0x1008 +rw- +domain 6 is a bypass domain");
        assertThat(translated("0x12", "0x1008")).containsPattern("refused +- +--- +attached to no domain");
    }

    private String translated(String endpoint, String address) throws Exception {
        return console.shown("viommu:translate -d vm1/iommu0 " + endpoint + " " + address);
    }

    private List<?> rows(String command) throws Exception {
        return (List<?>) console.execute(command);
    }
}
