// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.machine.FunctionStatus;
import org.viommu.machine.Machine;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;

/** The commands as an operator types them, by Gogo's own interpreter. */
class DeviceCommandsTest {
    private static final long PAGE = 0x1000;
    private static final int MAPPED = 2500;
    private static final long HIGHEST = -PAGE;

    private final ThreadIOImpl threads = new ThreadIOImpl();
    private CommandSession session;

    @BeforeEach
    void open_console() {
        threads.start();
        CommandProcessorImpl processor = new CommandProcessorImpl(threads);
        DeviceCommands commands = new DeviceCommands(
                List.of(new SampleDevice("vm2"), new SampleDevice("vm1")), List.of(new SampleMachine()));
        for (String command :
                List.of("status", "devices", "domains", "endpoints", "requests", "faults", "mappings", "translate")) {
            processor.addCommand("viommu", commands, command);
        }
        session = processor.createSession(
                new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), new ByteArrayOutputStream());
    }

    @AfterEach
    void close_console() {
        session.close();
        threads.stop();
    }

    @Test
    void each_iommu_has_a_line_in_the_order_of_names() throws Exception {
        assertThat(shown("viommu:status").lines()).hasSize(3);
        assertThat(shown("viommu:status").lines().skip(1))
                .allSatisfy(line -> assertThat(line).matches("vm[12]/iommu0 +yes +radix +2 +2,500 +3 +7 +1,000 +4 +3"));
        assertThat(shown("viommu:status").indexOf("vm1"))
                .isLessThan(shown("viommu:status").indexOf("vm2"));
    }

    @Test
    void one_device_can_be_asked_for() throws Exception {
        assertThat(shown("viommu:status -d vm2/iommu0")).contains("vm2").doesNotContain("vm1");
    }

    @Test
    void an_unknown_device_is_named_with_those_there_are() {
        assertThatThrownBy(() -> session.execute("viommu:domains --device vm3/iommu0"))
                .hasMessage("--device: 'vm3/iommu0': there are vm1/iommu0, vm2/iommu0");
        assertThatThrownBy(() -> session.execute("viommu:translate 0x10 0"))
                .hasMessage("--device is needed: there are vm1/iommu0, vm2/iommu0");
    }

    @Test
    void functions_say_what_they_lack() throws Exception {
        assertThat(shown("viommu:devices"))
                .contains("vm1/disk0", "0000:00:02.0", "/run/disk0", "its IOMMU is not there");
    }

    @Test
    void scripts_get_json_with_numbers_and_hexadecimal_addresses() throws Exception {
        assertThat(session.execute("viommu:endpoints --json -d vm1/iommu0"))
                .asString()
                .startsWith(
                        "[{\"device\":\"vm1/iommu0\",\"endpoint\":\"0x10\",\"known\":true,\"domain\":\"5\",\"ports\":1,");
    }

    @Test
    void the_objects_behind_a_table_can_be_piped_on() throws Exception {
        assertThat(session.execute("(viommu:domains -d vm1/iommu0) rows"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(2)
                .first()
                .isInstanceOf(Devices.Part.class);
    }

    @Test
    void counters_are_listed_by_kind() throws Exception {
        assertThat(shown("viommu:requests"))
                .containsPattern("vm1/iommu0 +MAP +INVAL +2")
                .containsPattern("unknown +- +0");
        assertThat(shown("viommu:faults"))
                .containsPattern("refused +MAPPING +4")
                .containsPattern("dropped +- +1");
    }

    @Test
    void mappings_come_in_pages_that_say_where_the_next_begins() throws Exception {
        String first = shown("viommu:mappings -d vm1/iommu0 -n 2 5");
        assertThat(first.lines()).hasSize(4).last().isEqualTo("there are more: --from 0x2000");
        assertThat(first).containsPattern("0x1000 +0x1fff +0x80001000 +rw-");
        assertThat(rows("viommu:mappings -d vm1/iommu0 -n 1000000 5")).hasSize(MAPPED);
        assertThat(rows("viommu:mappings -d vm1/iommu0 -f 0x1800 -t 0x3000 5")).hasSize(3);
        assertThat(rows("viommu:mappings -d vm1/iommu0 -f 0xfffffffffffffff0 5"))
                .hasSize(1);
    }

    @Test
    void wrong_numbers_are_named_with_what_is_allowed() {
        assertThatThrownBy(() -> session.execute("viommu:mappings -d vm1/iommu0 -n 0 5"))
                .hasMessage("--limit: 0: allowed are 1 to 1000000");
        assertThatThrownBy(() -> session.execute("viommu:mappings -d vm1/iommu0 9"))
                .hasMessage("domain: 9: vm1/iommu0 has no such domain");
        assertThatThrownBy(() -> session.execute("viommu:translate -d vm1/iommu0 0x10 zero"))
                .hasMessage("address: 'zero': write an unsigned number, decimal or 0x and hexadecimal");
        assertThatThrownBy(() -> session.execute("viommu:translate -d vm1/iommu0 0x100000000 0"))
                .hasMessage("endpoint: '0x100000000': allowed are 0 to 0xffffffff");
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
        return shown("viommu:translate -d vm1/iommu0 " + endpoint + " " + address);
    }

    private String shown(String command) throws Exception {
        return session.execute(command).toString();
    }

    private List<?> rows(String command) throws Exception {
        return ((Table<?>) session.execute(command)).rows();
    }

    private record SampleMachine() implements Machine {
        @Override
        public String name() {
            return "vm1";
        }

        @Override
        public List<FunctionStatus> functions() {
            return List.of(new FunctionStatus(
                    "disk0", PciAddress.parse("00:02.0"), "/run/disk0", Optional.of("its IOMMU is not there")));
        }
    }

    /** Domain 5 has pages from 0 on and the last page below 2^64; domain 6 is a bypass domain. */
    private record SampleDevice(String machine) implements IommuStatus {
        @Override
        public IommuSnapshot snapshot() {
            List<ReservedRegion> reserved = List.of(ReservedRegion.parse("0xfee00000:0xfeefffff:1"));
            return new IommuSnapshot(
                    machine,
                    "iommu0",
                    new IommuSnapshot.Features(3, 1),
                    PAGE,
                    -1,
                    false,
                    new IommuSnapshot.Requests(
                            Map.of(RequestType.MAP, Map.of(RequestStatus.OK, 5L, RequestStatus.INVAL, 2L)), 0, 0),
                    new IommuSnapshot.Faults(Map.of(FaultReason.MAPPING, 4L), 3, 0, 1, 0),
                    1000,
                    new IommuSnapshot.Store("radix", "", 3, 100, MAPPED, ""),
                    List.of(
                            new IommuSnapshot.Domain(5, false, MAPPED, List.of(0x10)),
                            new IommuSnapshot.Domain(6, true, 0, List.of(0x11))),
                    List.of(
                            new IommuSnapshot.Endpoint(0x10, true, true, 5, 1, reserved),
                            new IommuSnapshot.Endpoint(0x11, true, true, 6, 1, List.of()),
                            new IommuSnapshot.Endpoint(0x12, true, false, 0, 1, List.of())));
        }

        @Override
        public List<IommuSnapshot.Mapping> mappings(int domain, long from, int limit) {
            assertThat(limit).isBetween(1, MAX_PAGE);
            return LongStream.concat(LongStream.range(0, MAPPED - 1).map(page -> page * PAGE), LongStream.of(HIGHEST))
                    .filter(start -> Long.compareUnsigned(start + PAGE - 1, from) >= 0)
                    .limit(limit)
                    .mapToObj(start -> new IommuSnapshot.Mapping(
                            start, start + PAGE - 1, 0x8000_0000L + start, MapFlags.READ | MapFlags.WRITE))
                    .toList();
        }
    }
}
