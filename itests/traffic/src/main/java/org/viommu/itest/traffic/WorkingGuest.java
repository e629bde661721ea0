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
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;

/** A configured IOMMU and a guest that sends it requests and DMA until it is powered off. */
public final class WorkingGuest {
    /** What is done while the guest works. */
    public interface Operation {
        void run() throws Exception;
    }

    private static final String MACHINE = "it";
    private static final String OURS = "(viommu.machine=" + MACHINE + ")";

    private final BundleContext context;
    private final ServiceRegistration<TopologySource> topology;
    private final Configuration configuration;
    private final ServiceReference<IommuStatus> device;
    private final Object since;
    private final IommuStatus status;
    private final TestGuest guest;
    private final DmaPort port;
    private final Traffic traffic;

    public WorkingGuest(BundleContext context, ConfigurationAdmin configurations) throws Exception {
        this.context = context;
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        configuration = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        configure(Map.of());
        guest = new TestGuest(service(DeviceType.class));
        port = service(DmaTranslator.class).open(SampleTopology.ENDPOINT, guest.memory());
        status = service(IommuStatus.class);
        device = present();
        since = device.getProperty(IommuStatus.SINCE);
        require("no " + IommuStatus.SINCE, since != null);
        traffic = new Traffic(guest, port);
    }

    /** Where the mappings are kept. */
    public IommuSnapshot.Store store() {
        return status.snapshot().store();
    }

    /** Lets the device use stores that pass a filter, and no others. */
    public void admit(String target) throws IOException {
        configure(Map.of("store.target", target));
    }

    /** Returns when the mappings are in that store and no move is under way. */
    public void awaitStore(String name) throws InterruptedException {
        Waiting.until(
                () -> "store " + name + ", now " + store(),
                () -> store().name().equals(name) && store().movingTo().isEmpty());
    }

    /** Returns when both requests and DMA have gone on after the call. */
    public void proceed() throws InterruptedException {
        traffic.proceed();
    }

    /** Returns when the mappings have moved to that store and both requests and DMA have gone on since. */
    public void proceedWith(String store) throws InterruptedException {
        traffic.proceed();
        awaitStore(store);
        traffic.proceed();
    }

    /** As {@link #proceedWith}, and compares. */
    public void compareWith(String store) throws InterruptedException {
        proceedWith(store);
        compare();
    }

    /** Does something to the store in use, and returns when the device has left it and come back. */
    public void moveAwayAndBack(Operation operation) throws Exception {
        String name = store().name();
        long swaps = store().swaps();
        operation.run();
        Waiting.until(() -> "two moves: " + store(), () -> store().swaps() >= swaps + 2);
        proceedWith(name);
    }

    /** Compares every mapping with what was promised, between two batches of requests; the traffic goes on. */
    public void compare() throws InterruptedException {
        traffic.compare(this::check);
    }

    /** Ends the traffic and compares all that was promised. */
    public void end() throws InterruptedException {
        traffic.end();
        check(traffic.oracle());
    }

    public void powerOff() throws Exception {
        traffic.stop();
        port.close();
        guest.close();
        configuration.delete();
        // Configurations are worked off on another thread; the next guest must not meet this one's device.
        Waiting.until(() -> "the device goes", () -> present() == null);
        topology.unregister();
    }

    private void check(NavigableMap<Long, Long> promised) {
        require("the device was restarted", device.equals(present()));
        require("the device began anew", since.equals(device.getProperty(IommuStatus.SINCE)));
        require("mappings are not as promised", promised.equals(mappings()));
        require("DMA was refused", guest.faults() == 0);
    }

    /** The device that is there now. */
    private ServiceReference<IommuStatus> present() {
        try {
            return context.getServiceReferences(IommuStatus.class, OURS).stream()
                    .findFirst()
                    .orElse(null);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static void require(String otherwise, boolean condition) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private Map<Long, Long> mappings() {
        Map<Long, Long> found = new TreeMap<>();
        List<IommuSnapshot.Mapping> page = status.mappings(Traffic.DOMAIN, 0, IommuStatus.MAX_PAGE);
        while (!page.isEmpty()) {
            page.forEach(mapping -> found.put(mapping.start(), mapping.physical()));
            page = status.mappings(Traffic.DOMAIN, page.get(page.size() - 1).end() + 1, IommuStatus.MAX_PAGE);
        }
        return found;
    }

    private void configure(Map<String, Object> more) throws IOException {
        Hashtable<String, Object> properties =
                new Hashtable<>(Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0"));
        properties.putAll(more);
        configuration.update(properties);
    }

    private <T> T service(Class<T> type) throws Exception {
        String filter = "(&(objectClass=" + type.getName() + ")" + OURS + ")";
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
        tracker.open();
        T service = tracker.waitForService(60_000);
        require("no " + filter, service != null);
        return service;
    }
}
