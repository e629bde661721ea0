// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
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
 * One IOMMU device for each factory configuration: connects it with the stores and topology sources that come and go,
 * and registers its services.
 *
 * <p>All stores that the configuration's {@code store.target} admits are bound, so that the device can stay with one
 * when another one fails.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = IommuConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = IommuConfiguration.class, factory = true)
@Capability(
        namespace = "osgi.service",
        effective = "active",
        attribute = "objectClass:List<String>=\"org.viommu.virtio.DeviceType,org.viommu.dma.DmaTranslator,"
                + "org.viommu.iommu.IommuStatus\"")
public final class IommuComponent {
    private static final Logger LOG = LoggerFactory.getLogger(IommuComponent.class);

    private final BundleContext context;
    private final IommuSettings settings;
    private final StoreKeeper stores;
    private final TopologySources sources;
    private final ProbeExtensions extensions = new ProbeExtensions();
    private final Set<TraceListener> listeners = new LinkedHashSet<>();
    private IommuDevice device;
    private List<ServiceRegistration<?>> registrations = List.of();

    /**
     * Called by Declarative Services.
     *
     * @param context for registering the services
     * @param configuration of the device
     */
    @Activate
    public IommuComponent(BundleContext context, IommuConfiguration configuration) {
        this.context = context;
        settings = IommuSettings.of(configuration);
        sources = new TopologySources(settings.machine());
        stores = new StoreKeeper(settings.qualifiedName());
    }

    /** Called by Declarative Services when the stores and topology sources that are there have been bound. */
    @Activate
    synchronized void activate() {
        device = new IommuDevice(settings, topology(), stores, extensions);
        listeners.forEach(device.traceFeed()::add);
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(DeviceType.MACHINE, settings.machine());
        properties.put(DeviceType.NAME, settings.name());
        String[] deviceServices = {DeviceType.class.getName(), DmaTranslator.class.getName()};
        registrations = List.of(
                context.registerService(deviceServices, device, properties),
                context.registerService(IommuStatus.class, new StatusReader(device), properties));
    }

    /** Without this a change of {@code store.target} would end the device. */
    @Modified
    void modified(IommuConfiguration configuration) {
        if (!IommuSettings.of(configuration).equals(settings)) {
            LOG.warn(
                    "IOMMU {}: its configuration has changed, which counts once its bundle is started again",
                    settings.qualifiedName());
        }
    }

    @Deactivate
    void deactivate() {
        List<ServiceRegistration<?>> ending;
        IommuDevice closing;
        synchronized (this) {
            ending = registrations;
            closing = device;
            device = null;
        }
        // Hosts end their sessions and close their ports while the services go.
        ending.forEach(IommuComponent::withdraw);
        closing.close();
        listeners.forEach(closing.traceFeed()::remove);
    }

    private static void withdraw(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework, which stops, has withdrawn a service already");
        }
    }

    @Reference(
            name = "store",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindStore(MappingStore store, Map<String, Object> properties) {
        stores.offer(store, properties);
    }

    void updatedStore(MappingStore store, Map<String, Object> properties) {
        stores.offer(store, properties);
    }

    void unbindStore(MappingStore store) {
        stores.withdraw(store);
    }

    @Reference(
            name = "topology",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindTopology(TopologySource source, Map<String, Object> properties) {
        if (sources.put(source, properties)) {
            direct();
        }
    }

    void updatedTopology(TopologySource source, Map<String, Object> properties) {
        bindTopology(source, properties);
    }

    synchronized void unbindTopology(TopologySource source) {
        if (sources.remove(source)) {
            direct();
        }
    }

    @Reference(
            name = "probe",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindExtension(ProbeExtension extension, Map<String, Object> properties) {
        if (settings.machine().equals(properties.get(IommuStatus.MACHINE))
                && settings.name().equals(properties.get(IommuStatus.NAME))) {
            extensions.add(extension);
        }
    }

    void unbindExtension(ProbeExtension extension) {
        extensions.remove(extension);
    }

    @Reference(
            name = "trace",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindListener(TraceListener listener, Map<String, Object> properties) {
        if (settings.machine().equals(properties.getOrDefault(IommuStatus.MACHINE, settings.machine()))
                && settings.name().equals(properties.getOrDefault(IommuStatus.NAME, settings.name()))
                && listeners.add(listener)
                && device != null) {
            device.traceFeed().add(listener);
        }
    }

    synchronized void unbindListener(TraceListener listener) {
        if (listeners.remove(listener) && device != null) {
            device.traceFeed().remove(listener);
        }
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
}
