// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.TopologySource;

class AcpiTopologySourceTest {
    @TempDir
    Path folder;

    /** Properties of the service after each change. */
    private final List<Map<String, Object>> properties = new ArrayList<>();

    private TopologySource offered;
    private boolean registered;

    @Test
    void table_is_read_at_activation_and_registered_for_its_machine() throws Exception {
        AcpiTopologySource source = new AcpiTopologySource(context(), configuration("vm1", file(Tables.Q35)));
        assertThat(offered.topology()).isEqualTo(new ViotReader().read(Tables.Q35));
        assertThat(offered.topology()).isSameAs(offered.topology());
        assertThat(properties).hasSize(1);
        assertThat(properties.get(0))
                .containsEntry("viommu.machine", new String[] {"vm1"})
                .containsEntry("viommu.topology", "acpi")
                .containsEntry("viommu.topology.revision", 0L)
                .containsKey("viommu.topology.origin");
        source.close();
        assertThat(registered).isFalse();
    }

    @Test
    void changed_configuration_replaces_the_graph_and_announces_it() throws Exception {
        AcpiTopologySource source = new AcpiTopologySource(context(), configuration("vm1", file(Tables.Q35)));
        source.modify(configuration("vm1", file(Tables.ARM_VIRT)));
        assertThat(offered.topology()).isEqualTo(new ViotReader().read(Tables.ARM_VIRT));
        assertThat(properties).hasSize(2).last().asInstanceOf(MAP).containsEntry("viommu.topology.revision", 1L);
    }

    @Test
    void changed_configuration_that_cannot_be_read_leaves_the_graph() throws Exception {
        AcpiTopologySource source = new AcpiTopologySource(context(), configuration("vm1", file(Tables.Q35)));
        Topology before = offered.topology();
        source.modify(configuration("vm1", file(new byte[7])));
        source.modify(configuration("vm1", folder.resolve("absent").toString()));
        source.modify(Map.of("machine", "vm1"));
        assertThat(offered.topology()).isSameAs(before);
        assertThat(properties).hasSize(1);
    }

    @Test
    void bad_table_is_named_with_pid_key_path_and_offset() throws IOException {
        String file = file(Tables.with16(Tables.Q35, 0x26, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AcpiTopologySource(context(), configuration("vm1", file)))
                .withMessage(
                        "org.viommu.topology.acpi: file: " + file + ": byte 0x26: node offset is 0, must be 48 to 112")
                .withCauseInstanceOf(TopologyFormatException.class);
        assertThat(registered).isFalse();
    }

    @Test
    void file_that_cannot_be_read_is_named_with_pid_key_and_path() {
        String file = folder.resolve("absent").toString();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new AcpiTopologySource(context(), configuration("vm1", file)))
                .withMessageStartingWith("org.viommu.topology.acpi: file: cannot read " + file);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new AcpiTopologySource(context(), configuration("vm1", folder.toString())))
                .withMessageContaining("cannot read " + folder);
    }

    @Test
    void missing_keys_are_named() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AcpiTopologySource(context(), configuration("", "x")))
                .withMessage("org.viommu.topology.acpi: machine: must not be empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AcpiTopologySource(context(), configuration("vm1", " ")))
                .withMessage("org.viommu.topology.acpi: file: must not be empty");
    }

    @Test
    void keys_that_are_unknown_are_named() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new AcpiTopologySource(context(), Map.of("machine", "vm1", "files", "x", "file", "x")))
                .withMessage("org.viommu.topology.acpi: files: there is no such key; there are file, machine");
    }

    @Test
    void file_far_larger_than_any_table_is_refused() throws IOException {
        String file = file(new byte[(16 << 20) + 1]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AcpiTopologySource(context(), configuration("vm1", file)))
                .withMessageContaining("it is no table that a guest boots with");
    }

    private String file(byte[] content) throws IOException {
        return Files.write(Files.createTempFile(folder, "viot", null), content).toString();
    }

    private static Map<String, ?> configuration(String machine, String file) {
        return Map.of("machine", machine, "file", file);
    }

    private BundleContext context() {
        ServiceRegistration<?> registration = proxy(ServiceRegistration.class, (method, arguments) -> {
            if (method.equals("setProperties")) {
                note(arguments[0]);
            } else {
                registered = false;
            }
            return null;
        });
        return proxy(BundleContext.class, (method, arguments) -> {
            registered = true;
            offered = (TopologySource) arguments[1];
            note(arguments[2]);
            return registration;
        });
    }

    private void note(Object dictionary) {
        Dictionary<?, ?> given = (Dictionary<?, ?>) dictionary;
        properties.add(Collections.list(given.keys()).stream().collect(Collectors.toMap(String::valueOf, given::get)));
    }

    private interface Call {
        Object answer(String method, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.answer(method.getName(), arguments)));
    }
}
