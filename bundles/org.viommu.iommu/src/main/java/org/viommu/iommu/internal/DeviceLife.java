// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.dma.DmaTranslator;
import org.viommu.iommu.IommuStatus;
import org.viommu.iommu.ProbeExtension;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.mapping.MappingStore;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologySource;
import org.viommu.topology.TopologySources;
import org.viommu.virtio.DeviceType;

/**
 * A device from one change of its configuration that it cannot follow at work to the next, with the services that it is
 * found by, and what it has to know of the parts that come and go.
 *
 * <p>Thread-safe.
 */
final class DeviceLife {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceLife.class);

    private final IommuSettings settings;
    private final StoreKeeper stores;
    private final TopologySources sources;
    private final ProbeExtensions extensions = new ProbeExtensions();
    private final Set<TraceListener> listeners = new LinkedHashSet<>();
    private IommuDevice device;
    private List<ServiceRegistration<?>> registrations = List.of();

    /** Prepares a life. Its parts may come before it begins. */
    DeviceLife(IommuSettings settings) {
        this.settings = settings;
        stores = new StoreKeeper(settings.qualifiedName());
        sources = new TopologySources(settings.machine());
    }

    synchronized void begin(BundleContext context) {
        device = new IommuDevice(settings, topology(), stores, extensions);
        listeners.forEach(device.traceFeed()::add);
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(DeviceType.MACHINE, settings.machine());
        properties.put(DeviceType.NAME, settings.name());
        String[] deviceServices = {DeviceType.class.getName(), DmaTranslator.class.getName()};
        registrations = List.of(
                context.registerService(deviceServices, device, properties),
                context.registerService(IommuStatus.class, new StatusReader(device), statusProperties()));
    }

    private Dictionary<String, Object> statusProperties() {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(IommuStatus.MACHINE, settings.machine());
        properties.put(IommuStatus.NAME, settings.name());
        properties.put(IommuStatus.SINCE, System.currentTimeMillis());
        return properties;
    }

    synchronized void adjust(IommuSettings next) {
        device.adjust(next);
    }

    /** Returns when nobody uses the device any more. */
    void end() {
        List<ServiceRegistration<?>> ending;
        IommuDevice closing;
        synchronized (this) {
            ending = registrations;
            closing = device;
            device = null;
        }
        // Hosts end their sessions and close their ports while the services go.
        ending.forEach(DeviceLife::withdraw);
        closing.close();
        synchronized (this) {
            listeners.forEach(closing.traceFeed()::remove);
        }
    }

    void offer(MappingStore store, Map<String, ?> properties) {
        stores.offer(store, properties);
    }

    void withdraw(MappingStore store) {
        stores.withdraw(store);
    }

    synchronized void describe(TopologySource source, Map<String, ?> properties) {
        if (sources.put(source, properties)) {
            direct();
        }
    }

    synchronized void forget(TopologySource source) {
        if (sources.remove(source)) {
            direct();
        }
    }

    void extend(ProbeExtension extension, Map<String, ?> properties) {
        if (settings.machine().equals(properties.get(IommuStatus.MACHINE))
                && settings.name().equals(properties.get(IommuStatus.NAME))) {
            extensions.add(extension);
        }
    }

    void remove(ProbeExtension extension) {
        extensions.remove(extension);
    }

    /** A listener that names no device hears of all. */
    synchronized void listen(TraceListener listener, Map<String, ?> properties) {
        if (concerns(properties.get(IommuStatus.MACHINE), settings.machine())
                && concerns(properties.get(IommuStatus.NAME), settings.name())
                && listeners.add(listener)
                && device != null) {
            device.traceFeed().add(listener);
        }
    }

    synchronized void ignore(TraceListener listener) {
        if (listeners.remove(listener) && device != null) {
            device.traceFeed().remove(listener);
        }
    }

    private static boolean concerns(Object name, String own) {
        return name == null || own.equals(name);
    }

    private void direct() {
        if (device != null) {
            device.direct(topology());
        }
    }

    /** What all sources say together. */
    private Topology topology() {
        return sources.topology().orElse(Topology.EMPTY);
    }

    private static void withdraw(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework, which stops, has withdrawn a service already");
        }
    }
}
