// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
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
import org.viommu.configuration.Change;
import org.viommu.configuration.SettingException;
import org.viommu.configuration.Settings;
import org.viommu.iommu.ProbeExtension;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.mapping.MappingStore;
import org.viommu.topology.TopologySource;

/**
 * One IOMMU device for each factory configuration, connected with the stores and topology sources that come and go. The
 * device follows a change of its configuration while it works if it can; if not, it starts anew with what is there.
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
    private final Map<MappingStore, Map<String, ?>> stores = new IdentityHashMap<>();
    private final Map<TopologySource, Map<String, ?>> sources = new IdentityHashMap<>();
    private final Map<ProbeExtension, Map<String, ?>> extensions = new IdentityHashMap<>();
    private final Map<TraceListener, Map<String, ?>> listeners = new IdentityHashMap<>();
    private Settings<IommuConfiguration> configuration;
    private IommuSettings settings;
    private DeviceLife life;

    /**
     * Called by Declarative Services.
     *
     * @param context for registering the services
     * @param properties of the device
     * @throws org.viommu.configuration.SettingException if one of them is wrong
     */
    @Activate
    public IommuComponent(BundleContext context, Map<String, ?> properties) {
        this.context = context;
        configuration = read(properties);
        settings = IommuSettings.of(configuration.values());
        life = new DeviceLife(settings);
    }

    /** Called by Declarative Services when the stores and topology sources that are there have been bound. */
    @Activate
    void activate() {
        current().begin(context);
    }

    /** Called by Declarative Services for each change, also for one of {@code store.target}, which it has followed itself. */
    @Modified
    void modify(Map<String, ?> properties) {
        try {
            Settings<IommuConfiguration> next = read(properties);
            follow(next, IommuSettings.of(next.values()));
        } catch (IllegalArgumentException e) {
            LOG.error("IOMMU {}: goes on as it was: {}", settings.qualifiedName(), e.getMessage());
        }
    }

    @Deactivate
    void deactivate() {
        current().end();
    }

    private static Settings<IommuConfiguration> read(Map<String, ?> properties) {
        Settings<IommuConfiguration> settings =
                Settings.read(IommuConfiguration.PID, IommuConfiguration.class, properties);
        checkFilter("store.target", settings.values().store_target());
        return settings;
    }

    /** Declarative Services uses the filter itself. */
    private static void checkFilter(String key, String value) {
        try {
            FrameworkUtil.createFilter(value);
        } catch (InvalidSyntaxException e) {
            throw new SettingException(IommuConfiguration.PID, key, value, "it is no filter: " + e.getMessage());
        }
    }

    private void follow(Settings<IommuConfiguration> next, IommuSettings nextSettings) {
        List<Change> changes = configuration.changesTo(next);
        List<Change> disturbing = IommuSettings.disturbing(changes);
        String name = settings.qualifiedName();
        configuration = next;
        settings = nextSettings;
        if (!disturbing.isEmpty()) {
            LOG.warn("IOMMU {}: starts anew, and its guest has to: {}", name, disturbing);
            startAnew();
        } else if (!changes.isEmpty()) {
            current().adjust(nextSettings);
            LOG.info("IOMMU {}: goes on with {}", name, changes);
        }
    }

    private void startAnew() {
        DeviceLife next = new DeviceLife(settings);
        DeviceLife former;
        synchronized (this) {
            former = life;
            life = next;
            stores.forEach(next::offer);
            sources.forEach(next::describe);
            extensions.forEach(next::extend);
            listeners.forEach(next::listen);
        }
        former.end();
        next.begin(context);
    }

    private synchronized DeviceLife current() {
        return life;
    }

    @Reference(
            name = "store",
            target = "(viommu.store=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindStore(MappingStore store, Map<String, Object> properties) {
        stores.put(store, properties);
        life.offer(store, properties);
    }

    void updatedStore(MappingStore store, Map<String, Object> properties) {
        bindStore(store, properties);
    }

    /** Waits until the device has let go of the store. */
    void unbindStore(MappingStore store) {
        synchronized (this) {
            stores.remove(store);
        }
        current().withdraw(store);
    }

    @Reference(
            name = "topology",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindTopology(TopologySource source, Map<String, Object> properties) {
        sources.put(source, properties);
        life.describe(source, properties);
    }

    void updatedTopology(TopologySource source, Map<String, Object> properties) {
        bindTopology(source, properties);
    }

    synchronized void unbindTopology(TopologySource source) {
        sources.remove(source);
        life.forget(source);
    }

    @Reference(
            name = "probe",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindExtension(ProbeExtension extension, Map<String, Object> properties) {
        extensions.put(extension, properties);
        life.extend(extension, properties);
    }

    synchronized void unbindExtension(ProbeExtension extension) {
        extensions.remove(extension);
        life.remove(extension);
    }

    @Reference(
            name = "trace",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindListener(TraceListener listener, Map<String, Object> properties) {
        listeners.put(listener, properties);
        life.listen(listener, properties);
    }

    synchronized void unbindListener(TraceListener listener) {
        listeners.remove(listener);
        life.ignore(listener);
    }
}
