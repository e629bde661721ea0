// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
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
                .isThrownBy(() -> new EntropyEndpoint(context(), configuration(null, "rng0")))
                .withMessage("org.viommu.endpoint.entropy: machine: must not be empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EntropyEndpoint(context(), configuration("vm1", " ")))
                .withMessage("org.viommu.endpoint.entropy: name: must not be empty");
    }

    private EntropyConfiguration configuration(String machine, String name) {
        return new EntropyConfiguration() {
            @Override
            public String machine() {
                return machine;
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean packed() {
                return packed;
            }

            @Override
            public boolean in__order() {
                return inOrder;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return EntropyConfiguration.class;
            }
        };
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
