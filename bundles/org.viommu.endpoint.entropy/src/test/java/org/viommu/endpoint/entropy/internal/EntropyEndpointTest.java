// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

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
import org.viommu.endpoint.entropy.StrayDma;
import org.viommu.virtio.DeviceType;
import org.viommu.virtqueue.RingFeatures;

class EntropyEndpointTest {
    private final List<String> events = new ArrayList<>();
    private DeviceType device;
    private boolean packed;
    private boolean inOrder;

    @Test
    void device_is_registered_for_its_machine_by_its_name_and_with_its_test_hook() {
        new EntropyEndpoint(context(), configuration("vm1", "rng0")).close();
        assertThat(events).containsExactly("registered rng0 of vm1", "unregistered");
    }

    @Test
    void packed_rings_and_rings_in_order_are_offered_if_they_are_asked_for() {
        long optional = RingFeatures.PACKED | RingFeatures.IN_ORDER;
        new EntropyEndpoint(context(), configuration("vm1", "rng0")).close();
        assertThat(device.features() & optional).isZero();
        packed = true;
        new EntropyEndpoint(context(), configuration("vm1", "rng0")).close();
        assertThat(device.features() & optional).isEqualTo(RingFeatures.PACKED);
        inOrder = true;
        new EntropyEndpoint(context(), configuration("vm1", "rng0")).close();
        assertThat(device.features() & optional).isEqualTo(optional);
    }

    @Test
    void missing_keys_are_named() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EntropyEndpoint(context(), configuration("", "rng0")))
                .withMessage("org.viommu.endpoint.entropy: machine: must not be empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EntropyEndpoint(context(), configuration("vm1", " ")))
                .withMessage("org.viommu.endpoint.entropy: name: must not be empty");
    }

    @Test
    void a_change_offers_the_device_anew_and_one_that_is_none_does_not() {
        EntropyEndpoint endpoint = new EntropyEndpoint(context(), configuration("vm1", "rng0"));
        endpoint.modify(Map.of("machine", "vm1", "name", "rng0", "packed", "off"));
        assertThat(events).containsExactly("registered rng0 of vm1");
        endpoint.modify(Map.of("machine", "vm1", "name", "rng0", "packed", "on"));
        assertThat(events).containsExactly("registered rng0 of vm1", "unregistered", "registered rng0 of vm1");
        assertThat(device.features() & RingFeatures.PACKED).isNotZero();
        endpoint.close();
    }

    @Test
    void a_change_that_is_wrong_leaves_the_device_as_it_is() {
        EntropyEndpoint endpoint = new EntropyEndpoint(context(), configuration("vm1", "rng0"));
        endpoint.modify(Map.of("machine", "vm1", "name", "rng0", "pakced", "on"));
        endpoint.modify(Map.of("machine", "vm1", "name", "rng0", "packed", "maybe"));
        endpoint.modify(Map.of("machine", "vm1"));
        assertThat(events).containsExactly("registered rng0 of vm1");
    }

    private Map<String, ?> configuration(String machine, String name) {
        return Map.of("machine", machine, "name", name, "packed", packed, "in_order", inOrder);
    }

    private BundleContext context() {
        ServiceRegistration<?> registration = proxy(ServiceRegistration.class, arguments -> {
            events.add("unregistered");
            return null;
        });
        return proxy(BundleContext.class, arguments -> {
            assertThat((String[]) arguments[0])
                    .containsExactlyInAnyOrder(DeviceType.class.getName(), StrayDma.class.getName());
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
