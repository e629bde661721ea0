// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import java.security.SecureRandom;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.configuration.Change;
import org.viommu.configuration.SettingException;
import org.viommu.configuration.Settings;
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
    private static final Logger LOG = LoggerFactory.getLogger(EntropyEndpoint.class);

    private final BundleContext context;
    private Settings<EntropyConfiguration> configuration;
    private ServiceRegistration<?> registration;

    /**
     * Called by Declarative Services.
     *
     * @param context for registering the device
     * @param properties of the device
     * @throws SettingException if one of them is wrong
     */
    @Activate
    public EntropyEndpoint(BundleContext context, Map<String, ?> properties) {
        this.context = context;
        configuration = read(properties);
        offer();
    }

    /** Called by Declarative Services. Whatever has changed, the device has to be offered anew. */
    @Modified
    void modify(Map<String, ?> properties) {
        String name = qualifiedName();
        try {
            Settings<EntropyConfiguration> next = read(properties);
            List<Change> changes = configuration.changesTo(next);
            if (!changes.isEmpty()) {
                LOG.warn("entropy {}: starts anew, and its guest's driver has to: {}", name, changes);
                registration.unregister();
                configuration = next;
                offer();
            }
        } catch (SettingException e) {
            LOG.error("entropy {}: goes on as it was: {}", name, e.getMessage());
        }
    }

    @Deactivate
    void close() {
        registration.unregister();
    }

    private void offer() {
        EntropyConfiguration values = configuration.values();
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(DeviceType.MACHINE, values.machine());
        properties.put(DeviceType.NAME, values.name());
        long rings = RingFeatures.offer(values.packed(), values.in__order());
        registration = context.registerService(
                new String[] {DeviceType.class.getName(), StrayDma.class.getName()},
                new EntropyDevice(qualifiedName(), new SecureRandom(), rings),
                properties);
    }

    private String qualifiedName() {
        EntropyConfiguration values = configuration.values();
        return values.machine() + "/" + values.name();
    }

    private static Settings<EntropyConfiguration> read(Map<String, ?> properties) {
        Settings<EntropyConfiguration> settings =
                Settings.read(EntropyConfiguration.PID, EntropyConfiguration.class, properties);
        required("machine", settings.values().machine());
        required("name", settings.values().name());
        return settings;
    }

    private static void required(String key, String value) {
        if (value.isBlank()) {
            throw new SettingException(EntropyConfiguration.PID, key, "must not be empty");
        }
    }
}
