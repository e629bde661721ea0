// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuStatus;
import org.viommu.memory.AccessFault;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.iommu.FaultLayout;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;

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
    void what_a_device_can_follow_changes_while_it_works() throws Exception {
        component.bindTopology(
                new Source(TestGuest.topology(List.of())), Map.of(TopologySource.MACHINE, "vm1", "service.id", 1L));
        component.activate();
        IommuDevice before = device();
        TestGuest guest = new TestGuest(before);
        try {
            assertThat(guest.attach(1, TestGuest.ENDPOINT)).isEqualTo(RequestStatus.OK);
            component.modify(Map.of(
                    "machine",
                    "vm1",
                    "poll-max-ns",
                    "9000",
                    "max-mappings",
                    1,
                    "max-domains",
                    "1",
                    "boot-bypass",
                    "off"));
            assertThat(device()).isSameAs(before);
            assertThat(before.pollMaxNanos()).isEqualTo(9_000);
            assertThat(guest.map(1, 0x5000, 0x5fff, TestGuest.DMA_MEMORY, MapFlags.READ))
                    .isEqualTo(RequestStatus.OK);
            assertThat(guest.map(1, 0x6000, 0x6fff, TestGuest.DMA_MEMORY, MapFlags.READ))
                    .isEqualTo(RequestStatus.NOMEM);
            assertThat(before.configSpace().bypass()).isTrue();
            before.systemReset();
            assertThat(before.configSpace().bypass()).isFalse();
        } finally {
            guest.reset();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "granule,64k",
        "aw-bits,48",
        "reserved-regions,0x1000:0x1fff:0",
        "packed,on",
        "in_order,on",
        "dialect,v0.9",
        "compat,qemu",
        "legacy-bypass,on",
        "domain-bits,16",
        "address,00:03.0",
        "name,other",
    })
    void what_it_cannot_follow_makes_it_start_anew_with_the_parts_that_are_there(String key, String value) {
        component.bindStore(new TestStore("here"), Map.of());
        component.activate();
        IommuDevice before = device();
        component.modify(Map.of("machine", "vm1", key, value));
        assertThat(device()).isNotSameAs(before);
        assertThat(status().snapshot().store().name()).isEqualTo("here");
        assertThat(before.settings()).isNotEqualTo(device().settings());
        component.modify(Map.of("machine", "vm1", key, value, "felix.fileinstall.filename", "x"));
        assertThat(services).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"granule,5k", "granul,64k", "machine,''", "store.target,("})
    void a_change_that_is_wrong_leaves_the_device_as_it_is(String key, String value) {
        component.activate();
        IommuDevice before = device();
        Map<String, Object> wrong = new HashMap<>(Map.of("machine", "vm1"));
        wrong.put(key, value);
        component.modify(wrong);
        assertThat(device()).isSameAs(before);
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

    private IommuDevice device() {
        return (IommuDevice) services.get(DeviceType.class.getName());
    }

    private IommuStatus status() {
        return (IommuStatus) services.get(IommuStatus.class.getName());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_endpoint_that_a_source_adds_works_and_one_that_it_removes_faults_and_answers_NOENT(boolean sourceStays)
            throws AccessFault {
        component.activate();
        TestGuest guest = new TestGuest((IommuDevice) services.get(DeviceType.class.getName()));
        try (DmaPort port = guest.port(TestGuest.ENDPOINT)) {
            assertAnswers(guest, RequestStatus.NOENT);
            Source source = new Source(TestGuest.topology(List.of()));
            component.bindTopology(source, Map.of(TopologySource.MACHINE, "vm1"));
            assertAnswers(guest, RequestStatus.OK);
            assertThat(guest.attach(1, TestGuest.ENDPOINT)).isEqualTo(RequestStatus.OK);
            guest.map(1, 0x5000, 0x5fff, TestGuest.DMA_MEMORY, MapFlags.READ | MapFlags.WRITE);
            port.putInt(0x5000, 1);

            if (sourceStays) {
                source.topology = Topology.builder().iommu(TestGuest.NODE).build();
                component.updatedTopology(source, Map.of(TopologySource.MACHINE, "vm1", TopologySource.REVISION, 1L));
            } else {
                component.unbindTopology(source);
            }
            guest.postEvent(FaultLayout.SIZE);
            assertThatExceptionOfType(AccessFault.class).isThrownBy(() -> port.putInt(0x5000, 2));
            assertThat(guest.physical().getInt(TestGuest.DMA_MEMORY)).isEqualTo(1);
            guest.serve(IommuQueues.EVENT);
            ByteBuffer report = guest.pollEvent().writable();
            assertThat(report.get(FaultLayout.REASON)).isEqualTo((byte) FaultReason.UNKNOWN.value());
            assertThat(report.getInt(FaultLayout.ENDPOINT)).isEqualTo(TestGuest.ENDPOINT);
            assertThat(report.getLong(FaultLayout.ADDRESS)).isEqualTo(0x5000);
            assertAnswers(guest, RequestStatus.NOENT);
        } finally {
            guest.reset();
        }
    }

    /** What ATTACH, PROBE and DETACH say; of them DETACH is last, so that the endpoint is in no domain after it. */
    private static void assertAnswers(TestGuest guest, RequestStatus status) {
        assertThat(guest.attach(1, TestGuest.ENDPOINT)).isEqualTo(status);
        int properties = ReservedRegions.PROBE_SIZE;
        assertThat(guest.probe(TestGuest.ENDPOINT, properties + RequestLayout.TAIL_SIZE)
                        .statusAt(properties))
                .isEqualTo(status);
        assertThat(guest.detach(1, TestGuest.ENDPOINT)).isEqualTo(status);
    }

    private IommuComponent component() {
        BundleContext context = (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("registerService")) {
                        throw new UnsupportedOperationException(method.toString());
                    }
                    return register(names(arguments[0]), arguments[1], (Dictionary<?, ?>) arguments[2]);
                });
        return new IommuComponent(context, Map.of("machine", "vm1"));
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
