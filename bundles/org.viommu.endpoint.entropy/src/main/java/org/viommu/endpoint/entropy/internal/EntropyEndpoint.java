// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import java.security.SecureRandom;
import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.viommu.endpoint.entropy.StrayDma;
import org.viommu.virtio.DeviceType;
import org.viommu.virtqueue.RingFeatures;

/**
 * A configured entropy device, offered to the hosts of its machine. Its bytes are the JDK's default {@link SecureRandom}'s, since guests make keys of them;
 * on Linux that mixes what the kernel gives and never waits.
 */
@Component(
        service = {},
        configurationPid = EntropyConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = EntropyConfiguration.class, factory = true)
public final class EntropyEndpoint {
    private final ServiceRegistration<?> registration;

    /**
     * Called by Declarative Services.
     *
     * @param context for registering the device
     * @param configuration of the device
     */
    @Activate
    public EntropyEndpoint(BundleContext context, EntropyConfiguration configuration) {
        String machine = required("machine", configuration.machine());
        String name = required("name", configuration.name());
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(DeviceType.MACHINE, machine);
        properties.put(DeviceType.NAME, name);
        long rings = RingFeatures.offer(configuration.packed(), configuration.in__order());
        registration = context.registerService(
                new String[] {DeviceType.class.getName(), StrayDma.class.getName()},
                new EntropyDevice(machine + "/" + name, new SecureRandom(), rings),
                properties);
    }

    @Deactivate
    void close() {
        registration.unregister();
    }

    private static String required(String key, String value) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(EntropyConfiguration.PID + ": " + key + ": must not be empty");
        }
        return value;
    }
}
