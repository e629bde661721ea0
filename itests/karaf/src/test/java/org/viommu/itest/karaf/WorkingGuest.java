// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;

import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.TestGuest;
import org.viommu.itest.traffic.Traffic;
import org.viommu.itest.traffic.Waiting;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;

/** A configured IOMMU and a guest that sends it requests and DMA until it is powered off. */
final class WorkingGuest {
    private static final String MACHINE = "it";

    private final BundleContext context;
    private final ServiceRegistration<TopologySource> topology;
    private final Configuration configuration;
    private final ServiceReference<IommuStatus> device;
    private final Object since;
    private final IommuStatus status;
    private final TestGuest guest;
    private final DmaPort port;
    private final Traffic traffic;

    WorkingGuest(BundleContext context, ConfigurationAdmin configurations) throws Exception {
        this.context = context;
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        configuration = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        configuration.update(new Hashtable<>(Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0")));
        guest = new TestGuest(service(DeviceType.class));
        port = service(DmaTranslator.class).open(SampleTopology.ENDPOINT, guest.memory());
        status = service(IommuStatus.class);
        device = context.getServiceReference(IommuStatus.class);
        since = device.getProperty(IommuStatus.SINCE);
        assertNotNull("when the device began", since);
        traffic = new Traffic(guest, port);
    }

    /** Returns when the mappings have moved to that store and both requests and DMA have gone on since. */
    void proceedWith(String store) throws InterruptedException {
        traffic.proceed();
        Waiting.until(() -> "store " + store + ", now " + status.snapshot().store(), () -> {
            IommuSnapshot.Store now = status.snapshot().store();
            return now.name().equals(store) && now.movingTo().isEmpty();
        });
        traffic.proceed();
    }

    /** Ends the traffic and compares all that was promised. */
    void compare() throws InterruptedException {
        traffic.end();
        assertEquals("the device, which was not restarted", device, context.getServiceReference(IommuStatus.class));
        assertEquals("when it began", since, device.getProperty(IommuStatus.SINCE));
        assertEquals(traffic.oracle(), mappings());
        assertEquals("refused DMA", 0, guest.faults());
    }

    void powerOff() throws Exception {
        traffic.stop();
        port.close();
        guest.close();
        configuration.delete();
        topology.unregister();
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

    private <T> T service(Class<T> type) throws Exception {
        String filter = "(&(objectClass=" + type.getName() + ")(viommu.machine=" + MACHINE + "))";
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
        tracker.open();
        T service = tracker.waitForService(60_000);
        assertNotNull(filter, service);
        return service;
    }
}
