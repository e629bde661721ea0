// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.config.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologySource;
import org.viommu.topology.UntranslatedNode;

/** The component in a registry that only notes what is registered. */
class StaticTopologySourceTest {
    private static final String PID = "org.viommu.topology.static";
    private static final String[] MACHINES = {"vm1", " vm2 "};
    private static final String[] ENDPOINTS = {"00:02.0=0x10@00:01.0"};
    private static final String[] NONE = {};

    /** Properties of the service after each change. */
    private final List<Dictionary<?, ?>> properties = new ArrayList<>();

    private TopologySource offered;

    @Test
    void what_is_written_down_is_offered_to_its_machines_until_the_configuration_goes() {
        StaticTopologySource source =
                new StaticTopologySource(context(), configuration(MACHINES, ENDPOINTS, new String[] {"00:1f.0"}));
        assertThat(endpoint("00:02.0")).isEqualTo(0x10);
        assertThat(offered.topology().untranslated())
                .containsExactly(
                        new UntranslatedNode.PciRange(PciAddress.parse("00:1f.0"), PciAddress.parse("00:1f.0")));
        assertThat(properties).singleElement().satisfies(first -> {
            assertThat(first.get(TopologySource.MACHINE)).isEqualTo(new String[] {"vm1", "vm2"});
            assertThat(first.get(TopologySource.NAME)).isEqualTo("static");
            assertThat(first.get(TopologySource.ORIGIN)).isEqualTo(PID);
            assertThat(first.get(TopologySource.REVISION)).isEqualTo(0L);
        });
        source.close();
        assertThat(offered).isNull();
    }

    @Test
    void a_changed_configuration_replaces_the_graph_and_announces_it() {
        StaticTopologySource source = new StaticTopologySource(context(), configuration(MACHINES, ENDPOINTS, NONE));
        source.modify(configuration(MACHINES, new String[] {"00:03.0=0x20@00:01.0"}, NONE));
        assertThat(endpoint("00:03.0")).isEqualTo(0x20);
        assertThat(offered.topology().find(PciAddress.parse("00:02.0"))).isEmpty();
        assertThat(properties).hasSize(2);
        assertThat(properties.get(1).get(TopologySource.REVISION)).isEqualTo(1L);
    }

    @Test
    void a_changed_configuration_that_is_wrong_leaves_the_graph() {
        StaticTopologySource source = new StaticTopologySource(context(), configuration(MACHINES, ENDPOINTS, NONE));
        Topology before = offered.topology();
        source.modify(configuration(MACHINES, new String[] {"00:02.0"}, NONE));
        assertThat(offered.topology()).isSameAs(before);
        assertThat(properties).hasSize(1);
    }

    @Test
    void a_wrong_value_is_named_with_pid_and_key_and_nothing_is_offered() {
        refused(configuration(NONE, ENDPOINTS, NONE), ": machine: must not be empty");
        refused(configuration(new String[] {"vm1", " "}, ENDPOINTS, NONE), ": machine: must not be empty");
        refused(
                configuration(MACHINES, new String[] {ENDPOINTS[0], "00:03.0=x@00:01.0"}, NONE),
                ": endpoints: '00:03.0=x@00:01.0': ");
        refused(configuration(MACHINES, ENDPOINTS, new String[] {"00:22.0"}), ": untranslated: '00:22.0': ");
        refused(Map.of("machine", MACHINES, "endpoint", ENDPOINTS), ": endpoint: there is no such key");
    }

    private void refused(Map<String, ?> configuration, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StaticTopologySource(context(), configuration))
                .withMessageStartingWith(PID + message);
        assertThat(offered).isNull();
    }

    private int endpoint(String function) {
        return offered.topology().find(PciAddress.parse(function)).orElseThrow().endpoint();
    }

    private static Map<String, ?> configuration(String[] machines, String[] endpoints, String[] untranslated) {
        return Map.of("machine", machines, "endpoints", endpoints, "untranslated", untranslated);
    }

    private BundleContext context() {
        return proxy(BundleContext.class, (method, arguments) -> {
            assertThat(method).isEqualTo("registerService");
            offered = (TopologySource) arguments[1];
            properties.add((Dictionary<?, ?>) arguments[2]);
            return proxy(ServiceRegistration.class, this::change);
        });
    }

    private Object change(String method, Object... arguments) {
        if (method.equals("setProperties")) {
            properties.add((Dictionary<?, ?>) arguments[0]);
        } else {
            assertThat(method).isEqualTo("unregister");
            offered = null;
        }
        return null;
    }

    private interface Call {
        Object answer(String method, Object... arguments);
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.answer(method.getName(), arguments)));
    }
}
