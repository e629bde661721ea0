// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.viommu.endpoint.block.BlockFeatures;
import org.viommu.virtio.DeviceType;
import org.viommu.virtqueue.RingFeatures;

class BlockEndpointTest {
    @TempDir
    Path folder;

    private final List<String> events = new ArrayList<>();
    private DeviceType device;
    private String file;
    private boolean packed;
    private boolean inOrder;

    @BeforeEach
    void createFile() throws IOException {
        file = Files.write(folder.resolve("disk"), new byte[1024]).toString();
    }

    @Test
    void device_is_registered_for_its_machine_by_its_name() throws IOException {
        BlockEndpoint endpoint = new BlockEndpoint(context(), configuration("vm1", "disk0", file, false, ""));
        assertThat(events).containsExactly("registered disk0 of vm1");
        assertThat(device.features() & BlockFeatures.RO).isZero();
        endpoint.close();
        assertThat(events).last().isEqualTo("unregistered");
        new BlockEndpoint(context(), configuration("vm1", "disk0", file, true, "")).close();
        assertThat(device.features() & BlockFeatures.RO).isNotZero();
    }

    @Test
    void packed_rings_and_rings_in_order_are_offered_if_they_are_asked_for() throws IOException {
        long optional = RingFeatures.PACKED | RingFeatures.IN_ORDER;
        new BlockEndpoint(context(), configuration("vm1", "disk0", file, false, "")).close();
        assertThat(device.features() & optional).isZero();
        packed = true;
        new BlockEndpoint(context(), configuration("vm1", "disk0", file, false, "")).close();
        assertThat(device.features() & optional).isEqualTo(RingFeatures.PACKED);
        inOrder = true;
        new BlockEndpoint(context(), configuration("vm1", "disk0", file, false, "")).close();
        assertThat(device.features() & optional).isEqualTo(optional);
    }

    @Test
    void missing_keys_are_named() {
        assertRefused(configuration("", "disk0", file, false, ""), "machine: must not be empty");
        assertRefused(configuration("vm1", " ", file, false, ""), "name: must not be empty");
        assertRefused(configuration("vm1", "disk0", "", false, ""), "file: must not be empty");
    }

    @Test
    void serial_number_that_does_not_fit_is_named() {
        assertRefused(
                configuration("vm1", "disk0", file, false, "123456789012345678901"),
                "serial: '123456789012345678901': allowed are at most 20 printable ASCII characters");
        assertRefused(
                configuration("vm1", "disk0", file, false, "ä"),
                "serial: 'ä': allowed are at most 20 printable ASCII characters");
    }

    @Test
    void time_to_poll_is_what_is_configured_and_checked() throws IOException {
        new BlockEndpoint(context(), configuration("vm1", "disk0", file, false, "", 50_000)).close();
        assertThat(device.pollMaxNanos()).isEqualTo(50_000);
        events.clear();
        assertRefused(
                configuration("vm1", "disk0", file, false, "", -1), "poll-max-ns: '-1': allowed are 0 to 1000000000");
    }

    @Test
    void name_of_any_characters_and_length_can_stand_in_for_the_serial_number() throws IOException {
        String name = "a name far longer than ä serial number";
        new BlockEndpoint(context(), configuration("vm1", name, file, false, "")).close();
        assertThat(events).first().isEqualTo("registered " + name + " of vm1");
    }

    @Test
    void file_that_cannot_be_a_disk_is_named_with_pid_and_key() throws IOException {
        String odd = Files.write(folder.resolve("odd"), new byte[100]).toString();
        assertRefused(
                configuration("vm1", "disk0", odd, false, ""),
                "file: " + odd + " has 100 bytes; it must be a positive multiple of 512");
        String absent = folder.resolve("absent").toString();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new BlockEndpoint(context(), configuration("vm1", "disk0", absent, false, "")))
                .withMessageStartingWith("org.viommu.endpoint.block: file: cannot open " + absent);
    }

    @Test
    void a_changed_time_to_poll_counts_at_once_and_the_disk_stays() throws IOException {
        BlockEndpoint endpoint = new BlockEndpoint(context(), configuration("vm1", "disk0", file, false, "", 0));
        DeviceType before = device;
        endpoint.modify(configuration("vm1", "disk0", file, false, "", 7_000));
        assertThat(events).containsExactly("registered disk0 of vm1");
        assertThat(before.pollMaxNanos()).isEqualTo(7_000);
        endpoint.close();
    }

    @Test
    void another_change_offers_the_disk_anew() throws IOException {
        BlockEndpoint endpoint = new BlockEndpoint(context(), configuration("vm1", "disk0", file, false, ""));
        endpoint.modify(configuration("vm1", "disk0", file, false, "S1"));
        endpoint.modify(configuration("vm1", "disk0", file, true, "S1"));
        assertThat(device.features() & BlockFeatures.RO).isNotZero();
        endpoint.modify(configuration("vm1", "disk0", file, false, "S1"));
        assertThat(device.features() & BlockFeatures.RO).isZero();
        String other = Files.write(folder.resolve("other"), new byte[512]).toString();
        endpoint.modify(configuration("vm1", "disk0", other, false, "S1"));
        assertThat(events)
                .containsExactlyElementsOf(Collections.nCopies(5, "registered disk0 of vm1").stream()
                        .flatMap(registered -> Stream.of("unregistered", registered))
                        .skip(1)
                        .toList());
        new BlockEndpoint(context(), configuration("vm2", "disk0", file, false, "")).close();
        endpoint.close();
    }

    @Test
    void a_change_that_is_wrong_leaves_the_disk_as_it_is() throws IOException {
        BlockEndpoint endpoint = new BlockEndpoint(context(), configuration("vm1", "disk0", file, false, ""));
        endpoint.modify(configuration("vm1", "disk0", folder.resolve("absent").toString(), false, ""));
        endpoint.modify(configuration("vm1", "disk0", file, false, "", -1));
        endpoint.modify(Map.of("machine", "vm1", "name", "disk0", "file", file, "readonly", "on"));
        assertThat(events).containsExactly("registered disk0 of vm1");
        endpoint.close();
        assertThat(events).hasSize(2);
    }

    private void assertRefused(Map<String, ?> configuration, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BlockEndpoint(context(), configuration))
                .withMessage("org.viommu.endpoint.block: " + message);
        assertThat(events).isEmpty();
    }

    private Map<String, ?> configuration(String machine, String name, String file, boolean readOnly, String serial) {
        return configuration(machine, name, file, readOnly, serial, 0);
    }

    private Map<String, ?> configuration(
            String machine, String name, String file, boolean readOnly, String serial, int pollMaxNanos) {
        return Map.of(
                "machine", machine,
                "name", name,
                "file", file,
                "read-only", readOnly,
                "serial", serial,
                "poll-max-ns", pollMaxNanos,
                "packed", packed,
                "in_order", inOrder);
    }

    private BundleContext context() {
        ServiceRegistration<?> registration = proxy(ServiceRegistration.class, arguments -> {
            events.add("unregistered");
            return null;
        });
        return proxy(BundleContext.class, arguments -> {
            device = (DeviceType) arguments[1];
            Dictionary<?, ?> properties = (Dictionary<?, ?>) arguments[2];
            events.add("registered " + properties.get("viommu.name") + " of " + properties.get("viommu.machine"));
            return registration;
        });
    }

    private interface Call {
        Object answer(Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> call.answer(arguments)));
    }
}
