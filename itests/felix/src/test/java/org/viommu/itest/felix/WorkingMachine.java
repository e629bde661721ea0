// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.TestGuest;
import org.viommu.itest.traffic.Traffic;
import org.viommu.itest.traffic.Waiting;
import org.viommu.virtio.DeviceType;

/** A configured IOMMU of a machine whose topology is known, and a guest that works through it until the machine is powered off. */
final class WorkingMachine {
    private final BundleContext context;
    private final String name;
    private final Configuration configuration;
    private ServiceReference<IommuStatus> device;
    private Object since;
    private TestGuest guest;
    private DmaPort port;
    private Traffic traffic;

    WorkingMachine(BundleContext context, ConfigurationAdmin configurations, String name) throws Exception {
        this.context = context;
        this.name = name;
        configuration = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        configure(Map.of());
    }

    /** Boots a guest that keeps that many pages busy. */
    void boot(int pages) throws Exception {
        Waiting.until(
                () -> "the device of " + name,
                () -> reference(DeviceType.class) != null && reference(IommuStatus.class) != null);
        device = reference(IommuStatus.class);
        since = device.getProperty(IommuStatus.SINCE);
        guest = new TestGuest(service(DeviceType.class));
        port = service(DmaTranslator.class).open(SampleTopology.ENDPOINT, guest.memory());
        traffic = new Traffic(guest, port, pages);
    }

    /** The keys beside its names. */
    void configure(Map<String, Object> keys) throws IOException {
        Map<String, Object> all = new HashMap<>(Map.of("machine", name, "name", "iommu0", "address", "00:01.0"));
        all.putAll(keys);
        configuration.update(new Hashtable<>(all));
    }

    /** Returns when both requests and DMA have gone on. */
    void proceed() throws InterruptedException {
        traffic.proceed();
    }

    void awaitStore(String store) throws InterruptedException {
        Waiting.until(() -> name + " has store " + store + ", now " + store(), () -> {
            IommuSnapshot.Store now = store();
            return now.name().equals(store) && now.movingTo().isEmpty();
        });
    }

    void awaitGranule(long granule) throws InterruptedException {
        Waiting.until(
                () -> name + " has granule " + granule,
                () -> Optional.ofNullable(reference(IommuStatus.class))
                        .map(context::getService)
                        .filter(status -> status.snapshot().granule() == granule)
                        .isPresent());
    }

    IommuSnapshot snapshot() {
        return service(IommuStatus.class).snapshot();
    }

    /** Ends the traffic: the device has never been started anew, nothing was refused, and every mapping is there. */
    void compare() throws InterruptedException {
        traffic.end();
        assertEquals("the device of " + name, device, reference(IommuStatus.class));
        assertEquals("when it began", since, device.getProperty(IommuStatus.SINCE));
        assertEquals("refused DMA of " + name, 0, guest.faults());
        assertEquals(traffic.oracle(), mappings());
        assertEquals("", store().problem());
    }

    void powerOff() throws Exception {
        if (traffic != null) {
            traffic.stop();
            port.close();
            guest.close();
        }
        configuration.delete();
        Waiting.until(() -> "the device of " + name + " goes", () -> reference(IommuStatus.class) == null);
    }

    private IommuSnapshot.Store store() {
        return snapshot().store();
    }

    private Map<Long, Long> mappings() {
        Map<Long, Long> found = new TreeMap<>();
        IommuStatus status = service(IommuStatus.class);
        List<IommuSnapshot.Mapping> page = status.mappings(Traffic.DOMAIN, 0, IommuStatus.MAX_PAGE);
        while (!page.isEmpty()) {
            page.forEach(mapping -> found.put(mapping.start(), mapping.physical()));
            page = status.mappings(Traffic.DOMAIN, page.get(page.size() - 1).end() + 1, IommuStatus.MAX_PAGE);
        }
        return found;
    }

    private <T> T service(Class<T> type) {
        return context.getService(reference(type));
    }

    private <T> ServiceReference<T> reference(Class<T> type) {
        try {
            return context.getServiceReferences(type, "(viommu.machine=" + name + ")").stream()
                    .findFirst()
                    .orElse(null);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
