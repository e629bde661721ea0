// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.linux.internal.guest.GuestDisk;

class MachineConfigurationsTest {
    private static final BootTable TABLE = new BootTable(
            "org.viommu.topology.acpi",
            Path.of("/run/x/boot"),
            Path.of("/run/x/viot.bin"),
            null,
            "/sys/firmware/acpi/tables/VIOT",
            List.of(),
            new BootTable.Msi(0x1000, 0x1fff));

    @TempDir
    private Path folder;

    private final Map<String, Dictionary<?, ?>> updated = new LinkedHashMap<>();
    private final List<String> deleted = new ArrayList<>();
    private boolean stopped;

    private ConfigurationAdmin admin() {
        return (ConfigurationAdmin) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ConfigurationAdmin.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("getFactoryConfiguration");
                    assertThat(arguments).containsExactly(arguments[0], "linux", "?");
                    return configuration((String) arguments[0]);
                });
    }

    private Configuration configuration(String factory) {
        return (Configuration) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Configuration.class}, (proxy, method, arguments) -> {
                    if (stopped) {
                        throw new IllegalStateException("the configuration admin is gone");
                    }
                    if (method.getName().equals("update")) {
                        updated.put(factory, (Dictionary<?, ?>) arguments[0]);
                    } else if (method.getName().equals("delete")) {
                        deleted.add(factory);
                    }
                    return null;
                });
    }

    private MachineConfigurations create(boolean writable) throws Exception {
        return create(writable, false);
    }

    private MachineConfigurations create(boolean writable, boolean packed) throws Exception {
        return create(writable, new DeviceKeys(packed, OptionalInt.empty()));
    }

    private MachineConfigurations create(boolean writable, DeviceKeys keys) throws Exception {
        GuestDisk disk = GuestDisk.existing(
                GuestDisk.create(folder.resolve("disk-" + writable)).path(), writable);
        MachineConfigurations configurations = new MachineConfigurations(admin(), "linux");
        configurations.create(TABLE, Path.of("/run/x"), disk, keys);
        return configurations;
    }

    @Test
    void a_machine_is_a_topology_an_iommu_two_endpoints_and_a_function_for_each() throws Exception {
        create(true).close();

        assertThat(updated.keySet())
                .containsExactly(
                        "org.viommu.topology.acpi",
                        "org.viommu.iommu",
                        "org.viommu.endpoint.block",
                        "org.viommu.endpoint.entropy",
                        "org.viommu.machine");
        assertThat(updated.get("org.viommu.topology.acpi").get("file")).isEqualTo("/run/x/viot.bin");
        assertThat(updated.get("org.viommu.iommu").get("address")).isEqualTo("0000:00:01.0");
        assertThat(updated.get("org.viommu.iommu").get("reserved-regions")).isEqualTo("0x1000:0x1fff:1");
        assertThat((String[]) updated.get("org.viommu.machine").get("functions"))
                .containsExactly(
                        "iommu0=0000:00:01.0=/run/x/iommu0.sock",
                        "disk0=0000:00:02.0=/run/x/disk0.sock",
                        "rng0=0000:00:03.0=/run/x/rng0.sock");
    }

    @Test
    void the_disk_is_as_writable_as_the_user_says() throws Exception {
        create(false).close();
        assertThat(updated.get("org.viommu.endpoint.block").get("read-only")).isEqualTo(true);

        create(true).close();
        assertThat(updated.get("org.viommu.endpoint.block").get("read-only")).isEqualTo(false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void packed_rings_are_offered_by_every_device_or_by_none(boolean packed) throws Exception {
        create(true, packed).close();

        assertThat(List.of("org.viommu.iommu", "org.viommu.endpoint.block", "org.viommu.endpoint.entropy"))
                .allMatch(factory -> updated.get(factory).get("packed").equals(packed));
    }

    @Test
    void devices_poll_as_long_as_the_user_says() throws Exception {
        create(true).close();
        assertThat(updated.get("org.viommu.iommu").get("poll-max-ns")).isNull();
        assertThat(updated.get("org.viommu.endpoint.block").get("poll-max-ns")).isNull();

        create(false, new DeviceKeys(false, OptionalInt.of(0))).close();
        assertThat(updated.get("org.viommu.iommu").get("poll-max-ns")).isEqualTo(0);
        assertThat(updated.get("org.viommu.endpoint.block").get("poll-max-ns")).isEqualTo(0);
    }

    @Test
    void everything_is_taken_back_in_the_opposite_order() throws Exception {
        create(true).close();

        List<String> created = new ArrayList<>(updated.keySet());
        Collections.reverse(created);
        assertThat(deleted).isEqualTo(created);
    }

    @Test
    void a_platform_that_is_gone_already_has_taken_them_back() throws Exception {
        MachineConfigurations configurations = create(true);
        stopped = true;

        configurations.close();

        assertThat(deleted).isEmpty();
    }
}
