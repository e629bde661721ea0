// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.machine.FunctionStatus;
import org.viommu.machine.FunctionView;
import org.viommu.machine.Machine;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DeviceView;

class ChecksTest {
    private static final PciAddress DISK = PciAddress.parse("00:02.0");

    @Test
    void a_device_with_a_store_of_its_own_is_well() {
        assertStatus(new StoreCheck(List.of(iommu("radix", ""))).execute(), Status.OK, "store 'radix'");
        assertThat(new StoreCheck(List.of()).execute().getStatus()).isEqualTo(Status.OK);
    }

    @Test
    void a_device_without_a_store_or_with_one_that_fails_is_warned_of() {
        assertStatus(new StoreCheck(List.of(iommu("resident", ""))).execute(), Status.WARN, "no mapping store");
        assertStatus(
                new StoreCheck(List.of(iommu("mvstore", "the disk is full"))).execute(),
                Status.WARN,
                "vm/iommu0: the disk is full");
    }

    @Test
    void a_function_that_lacks_a_part_is_unavailable_for_now() {
        Machine machine = machine(Optional.of("no device named disk0 is configured"), 0);
        assertStatus(
                new FunctionCheck(List.of(machine)).execute(),
                Status.TEMPORARILY_UNAVAILABLE,
                "vm/disk0: no device named disk0 is configured");
    }

    @Test
    void a_broken_device_is_critical_until_it_is_reset() {
        assertStatus(
                new FunctionCheck(List.of(machine(Optional.empty(), DeviceStatus.NEEDS_RESET))).execute(),
                Status.CRITICAL,
                "vm/disk0: it needs a reset: LOOP 3");
        assertStatus(
                new FunctionCheck(List.of(machine(Optional.empty(), 0))).execute(), Status.OK, "vm/disk0: offered");
    }

    @Test
    void sources_that_contradict_each_other_are_warned_of_as_long_as_they_do() {
        TopologyCheck check = new TopologyCheck();
        check.bindMachine(machine(Optional.empty(), 0));
        assertStatus(check.execute(), Status.TEMPORARILY_UNAVAILABLE, "vm: no topology source describes it");
        TopologySource first = () -> topology(0x10);
        TopologySource second = () -> topology(0x20);
        check.bindSource(first, Map.of(TopologySource.MACHINE, "vm", "service.id", 1L));
        assertThat(check.execute().getStatus()).isEqualTo(Status.OK);
        check.bindSource(second, Map.of(TopologySource.MACHINE, "vm", "service.id", 2L));
        assertStatus(check.execute(), Status.WARN, "vm: warning: ");
        check.unbindSource(second);
        assertThat(check.execute().getStatus()).isEqualTo(Status.OK);
    }

    private static void assertStatus(Result result, Status status, String text) {
        assertThat(result.getStatus()).isEqualTo(status);
        assertThat(result).anySatisfy(entry -> assertThat(entry.getMessage()).contains(text));
    }

    private static Topology topology(int endpoint) {
        IommuNode iommu = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));
        return Topology.builder()
                .iommu(iommu, "iommu")
                .endpoint(new EndpointNode.PciRange(DISK, endpoint, iommu), "disk")
                .build();
    }

    private static IommuStatus iommu(String store, String problem) {
        IommuSnapshot snapshot = new IommuSnapshot(
                "vm",
                "iommu0",
                new IommuSnapshot.Features(0, 0),
                0x1000,
                -1,
                true,
                new IommuSnapshot.Requests(Map.of(), 0, 0),
                new IommuSnapshot.Faults(Map.of(), 0, 0, 0, 0),
                0,
                0,
                new IommuSnapshot.Store(store, "", 0, 0, 0, problem),
                List.of(),
                List.of());
        return proxy(IommuStatus.class, Map.of("snapshot", snapshot));
    }

    private static Machine machine(Optional<String> missing, int status) {
        FunctionStatus function = new FunctionStatus("disk0", DISK, "/run/disk0", missing);
        DeviceView device = new DeviceView(2, status, List.of(), "LOOP 3", List.of());
        return proxy(
                Machine.class,
                Map.of(
                        "name",
                        "vm",
                        "functions",
                        List.of(function),
                        "view",
                        Optional.of(new FunctionView(device, List.of())),
                        "hashCode",
                        1,
                        "equals",
                        true));
    }

    /** Answers each method with a value of its name. */
    private static <T> T proxy(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answers.get(method.getName())));
    }
}
