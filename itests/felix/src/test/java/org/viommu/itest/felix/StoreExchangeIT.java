// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
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
import org.viommu.mapping.MappingStore;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;

/** The bundle of a mapping store goes and comes back while requests and DMA run: nothing is lost, and the device stays the same. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class StoreExchangeIT {
    private static final String STORE_BUNDLE = "org.viommu.mapping.radix";
    private static final String NEXT_STORE_BUNDLE = "org.viommu.mapping.tree";
    private static final String MACHINE = "it";

    /** For each way of exchanging. */
    private static final int SWAPS = 100;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private org.osgi.service.cm.Configuration configuration;
    private ServiceRegistration<TopologySource> topology;
    private ServiceReference<IommuStatus> device;
    private IommuStatus status;
    private TestGuest guest;
    private DmaPort port;
    private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void boot() throws Exception {
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        configuration = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        configuration.update(new Hashtable<>(Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0")));
        guest = new TestGuest(service(DeviceType.class));
        port = service(DmaTranslator.class).open(SampleTopology.ENDPOINT, guest.memory());
        status = service(IommuStatus.class);
        device = context.getServiceReference(IommuStatus.class);
        awaitStore("radix");
    }

    @After
    public void powerOff() throws Exception {
        port.close();
        guest.close();
        configuration.delete();
        // Configurations are worked off on another thread; the next test must not meet this one's device.
        Waiting.until(() -> "the device goes", () -> context.getServiceReference(IommuStatus.class) == null);
        topology.unregister();
    }

    @Test
    public void a_store_bundle_that_stops_and_starts_loses_nothing() throws Exception {
        exchangeUnderLoad(() -> {
            storeBundle().stop();
            awaitStore("tree");
            storeBundle().start();
            awaitStore("radix");
        });
    }

    @Test
    public void a_store_bundle_that_is_uninstalled_and_installed_again_loses_nothing() throws Exception {
        exchangeUnderLoad(() -> {
            Bundle store = storeBundle();
            String location = store.getLocation();
            noteClassLoader(store);
            store.uninstall();
            refresh(store);
            awaitStore("tree");
            context.installBundle(location).start();
            awaitStore("radix");
        });
        awaitCollected();
    }

    @Test
    public void a_store_bundle_that_is_updated_and_refreshed_loses_nothing() throws Exception {
        exchangeUnderLoad(() -> {
            Bundle store = storeBundle();
            noteClassLoader(store);
            long swaps = status.snapshot().store().swaps();
            try (InputStream jar = URI.create(store.getLocation().replaceFirst("^reference:", ""))
                    .toURL()
                    .openStream()) {
                store.update(jar);
            }
            refresh(store);
            Waiting.until(
                    () -> "two moves: " + status.snapshot().store(),
                    () -> status.snapshot().store().swaps() >= swaps + 2);
            awaitStore("radix");
        });
        awaitCollected();
    }

    @Test
    public void without_any_store_bundle_the_resident_store_has_all() throws Exception {
        exchangeUnderLoad(() -> {
            bundle(NEXT_STORE_BUNDLE).stop();
            storeBundle().stop();
            awaitStore("resident");
            storeBundle().start();
            awaitStore("radix");
            bundle(NEXT_STORE_BUNDLE).start();
        });
    }

    @Test
    public void another_target_filter_moves_the_device() throws Exception {
        exchangeUnderLoad(() -> {
            admit("(" + MappingStore.NAME + "=tree)");
            awaitStore("tree");
            admit("(" + MappingStore.NAME + "=none)");
            awaitStore("resident");
            admit("(" + MappingStore.NAME + "=*)");
            awaitStore("radix");
        });
    }

    private void admit(String target) throws IOException {
        configuration.update(new Hashtable<>(
                Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0", "store.target", target)));
    }

    private void exchangeUnderLoad(Exchange exchange) throws Exception {
        Traffic traffic = new Traffic(guest, port);
        long swaps = status.snapshot().store().swaps();
        try {
            while (status.snapshot().store().swaps() < swaps + SWAPS) {
                traffic.proceed();
                exchange.run();
                traffic.proceed();
            }
            traffic.end();
        } finally {
            traffic.stop();
        }
        assertEquals("the device was not restarted", device, context.getServiceReference(IommuStatus.class));
        assertEquals(traffic.oracle(), mappings());
        assertEquals("no DMA was refused", 0, guest.faults());
        assertEquals("", status.snapshot().store().problem());
    }

    private void noteClassLoader(Bundle bundle) {
        loaders.add(new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader()));
    }

    /** The class loaders of bundles that are gone are gone too. */
    private void awaitCollected() throws InterruptedException {
        Waiting.until(() -> "class loaders of former bundles are collected", () -> {
            System.gc();
            return loaders.stream().allMatch(loader -> loader.get() == null);
        });
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

    private void awaitStore(String name) throws InterruptedException {
        Waiting.until(() -> "store " + name + ", now " + status.snapshot().store(), () -> {
            IommuSnapshot.Store store = status.snapshot().store();
            return store.name().equals(name) && store.movingTo().isEmpty();
        });
    }

    private Bundle storeBundle() {
        return bundle(STORE_BUNDLE);
    }

    private Bundle bundle(String name) {
        for (Bundle bundle : context.getBundles()) {
            if (name.equals(bundle.getSymbolicName())) {
                return bundle;
            }
        }
        throw new AssertionError(name + " is not installed");
    }

    private void refresh(Bundle bundle) throws InterruptedException {
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(0)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle), event -> refreshed.countDown());
        if (!refreshed.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("bundles are not refreshed");
        }
    }

    private <T> T service(Class<T> type) throws Exception {
        String filter = "(&(objectClass=" + type.getName() + ")(viommu.machine=" + MACHINE + "))";
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
        tracker.open();
        T service = tracker.waitForService(60_000);
        assertNotNull(filter, service);
        return service;
    }

    private interface Exchange {
        void run() throws BundleException, IOException, InterruptedException;
    }
}
