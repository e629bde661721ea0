// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.viommu.iommu.IommuStatus;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;

/** The component in a registry that only notes what is registered. */
class IommuComponentTest {
    private final Map<String, Object> services = new HashMap<>();
    private final List<Dictionary<String, ?>> properties = new ArrayList<>();
    private final IommuComponent component = component();

    @AfterEach
    void deactivate() {
        component.deactivate();
        assertThat(services).isEmpty();
    }

    @Test
    void the_device_is_registered_for_drivers_endpoints_and_operators_of_its_machine() {
        component.activate();
        assertThat(services)
                .containsOnlyKeys(
                        "org.viommu.virtio.DeviceType", "org.viommu.dma.DmaTranslator", "org.viommu.iommu.IommuStatus");
        assertThat(properties).allSatisfy(registered -> {
            assertThat(registered.get("viommu.machine")).isEqualTo("vm1");
            assertThat(registered.get("viommu.name")).isEqualTo("iommu0");
        });
    }

    @Test
    void a_store_that_is_bound_before_activation_is_there_from_the_beginning() {
        component.bindStore(new TestStore("early"), Map.of());
        component.activate();
        assertThat(status().snapshot().store().name()).isEqualTo("early");
        assertThat(status().snapshot().store().swaps()).isZero();
    }

    @Test
    void a_changed_configuration_keeps_the_device() {
        component.activate();
        Object before = services.get(DeviceType.class.getName());
        component.modified(SettingsTest.configuration(Map.of("granule", "64k")));
        assertThat(services).containsValue(before);
    }

    @Test
    void only_the_topology_of_the_own_machine_counts_and_its_changes_do() {
        component.activate();
        IommuDevice device = (IommuDevice) services.get(DeviceType.class.getName());
        Source own = new Source(TestGuest.topology(List.of()));
        Source other = new Source(TestGuest.topology(List.of()));
        component.bindTopology(other, Map.of(TopologySource.MACHINE, "vm2"));
        assertThat(device.endpoints().reserved(TestGuest.ENDPOINT)).isNull();
        component.bindTopology(own, Map.of(TopologySource.MACHINE, "vm1"));
        assertThat(device.endpoints().reserved(TestGuest.ENDPOINT)).isNotNull();
        assertThat(device.endpoints().reserved(TestGuest.NO_ENDPOINT)).isNull();
        own.topology = Topology.builder()
                .iommu(TestGuest.NODE)
                .endpoint(new EndpointNode.Platform(0x1000, TestGuest.NO_ENDPOINT, TestGuest.NODE, List.of()))
                .build();
        component.updatedTopology(own, Map.of(TopologySource.MACHINE, "vm1", TopologySource.REVISION, 1L));
        assertThat(device.endpoints().reserved(TestGuest.ENDPOINT)).isNull();
        assertThat(device.endpoints().reserved(TestGuest.NO_ENDPOINT)).isNotNull();
        component.unbindTopology(own);
        assertThat(device.endpoints().reserved(TestGuest.NO_ENDPOINT)).isNull();
        component.unbindTopology(other);
    }

    private IommuStatus status() {
        return (IommuStatus) services.get(IommuStatus.class.getName());
    }

    private IommuComponent component() {
        BundleContext context = (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("registerService")) {
                        throw new UnsupportedOperationException(method.toString());
                    }
                    return register(names(arguments[0]), arguments[1], (Dictionary<?, ?>) arguments[2]);
                });
        return new IommuComponent(context, SettingsTest.configuration(Map.of()));
    }

    @SuppressWarnings("unchecked")
    private ServiceRegistration<?> register(List<String> names, Object service, Dictionary<?, ?> registered) {
        names.forEach(name -> services.put(name, service));
        properties.add((Dictionary<String, ?>) registered);
        return (ServiceRegistration<?>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ServiceRegistration.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("unregister")) {
                        throw new UnsupportedOperationException(method.toString());
                    }
                    names.forEach(services::remove);
                    return null;
                });
    }

    private static List<String> names(Object argument) {
        return switch (argument.getClass().getSimpleName()) {
            case "String[]" -> List.of((String[]) argument);
            default -> List.of(((Class<?>) argument).getName());
        };
    }

    private static final class Source implements TopologySource {
        private Topology topology;

        Source(Topology topology) {
            this.topology = topology;
        }

        @Override
        public Topology topology() {
            return topology;
        }
    }
}
