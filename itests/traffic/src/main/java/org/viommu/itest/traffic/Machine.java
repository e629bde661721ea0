// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.traffic;

import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.topology.TopologySource;

/** A configured IOMMU and what is behind it, without a guest. */
public final class Machine {
    private static final String NAME = "it";
    private static final String OURS = "(viommu.machine=" + NAME + ")";

    private final BundleContext context;
    private final ServiceRegistration<TopologySource> topology;
    private final Configuration configuration;
    private final IommuStatus status;

    public Machine(BundleContext context, ConfigurationAdmin configurations) throws Exception {
        this.context = context;
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, NAME)));
        configuration = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        configure(Map.of());
        status = service(IommuStatus.class);
    }

    /** Configures the IOMMU as it is, with more. */
    void configure(Map<String, Object> more) throws IOException {
        Hashtable<String, Object> properties =
                new Hashtable<>(Map.of("machine", NAME, "name", "iommu0", "address", "00:01.0"));
        properties.putAll(more);
        configuration.update(properties);
    }

    /** Where the mappings are kept. */
    public IommuSnapshot.Store store() {
        return status.snapshot().store();
    }

    /** Returns when the mappings are in that store and no move is under way. */
    public void awaitStore(String name) throws InterruptedException {
        Waiting.until(
                () -> "store " + name + ", now " + store(),
                () -> store().name().equals(name) && store().movingTo().isEmpty());
    }

    /** Where each mapping of the traffic's domain begins and leads to. */
    public NavigableMap<Long, Long> mappings() {
        NavigableMap<Long, Long> found = new TreeMap<>();
        List<IommuSnapshot.Mapping> page = status.mappings(Traffic.DOMAIN, 0, IommuStatus.MAX_PAGE);
        while (!page.isEmpty()) {
            page.forEach(mapping -> found.put(mapping.start(), mapping.physical()));
            page = status.mappings(Traffic.DOMAIN, page.get(page.size() - 1).end() + 1, IommuStatus.MAX_PAGE);
        }
        return found;
    }

    /** The device that is there now. */
    ServiceReference<IommuStatus> present() {
        try {
            return context.getServiceReferences(IommuStatus.class, OURS).stream()
                    .findFirst()
                    .orElse(null);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for a service of the machine. */
    <T> T service(Class<T> type) throws Exception {
        String filter = "(&(objectClass=" + type.getName() + ")" + OURS + ")";
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
        tracker.open();
        T service = tracker.waitForService(Waiting.PATIENCE_MILLIS);
        if (service == null) {
            throw new AssertionError("no " + filter);
        }
        return service;
    }

    /** Takes everything away. */
    public void powerOff() throws Exception {
        configuration.delete();
        // Configurations are worked off on another thread; the next machine must not meet this one's device.
        Waiting.until(() -> "the device goes", () -> present() == null);
        topology.unregister();
    }
}
