// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
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
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
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
import org.viommu.virtqueue.RingFeatures;

/** The configuration of a device is changed by Configuration Admin while its guest works: it goes on wherever it can. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ConfigurationIT {
    private static final String MACHINE = "configured";

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private org.osgi.service.cm.Configuration configuration;
    private ServiceRegistration<TopologySource> topology;
    private TestGuest guest;
    private DmaPort port;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void boot() throws Exception {
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        configuration = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        configure(Map.of());
        bootGuest();
    }

    @After
    public void powerOff() throws Exception {
        port.close();
        guest.close();
        configuration.delete();
        Waiting.until(() -> "the device goes", () -> reference(IommuStatus.class) == null);
        topology.unregister();
    }

    @Test
    public void limits_times_and_the_choice_of_a_store_change_under_load_and_the_device_stays() throws Exception {
        ServiceReference<IommuStatus> device = reference(IommuStatus.class);
        Object since = device.getProperty(IommuStatus.SINCE);
        underLoad(() -> {
            configure(Map.of("poll-max-ns", "0", "max-mappings", "30000", "max-domains", 7, "boot-bypass", "off"));
            Waiting.until(() -> "the new time", () -> service(DeviceType.class).pollMaxNanos() == 0);
            configure(Map.of("store.target", "(viommu.store=tree)"));
            awaitStore("tree");
            configure(Map.of("store.target", "(viommu.store=*)", "granul", "64k"));
            awaitStore("radix");
            configure(Map.of("granule", "5k"));
            configure(Map.of());
            Waiting.until(() -> "the old time", () -> service(DeviceType.class).pollMaxNanos() == 500_000);
        });
        assertEquals("the device, which was not started anew", device, reference(IommuStatus.class));
        assertEquals("when it began", since, reference(IommuStatus.class).getProperty(IommuStatus.SINCE));
    }

    @Test
    public void another_limit_of_a_store_exchanges_the_store_and_the_device_stays() throws Exception {
        ServiceReference<IommuStatus> device = reference(IommuStatus.class);
        org.osgi.service.cm.Configuration store = configurations.getConfiguration("org.viommu.mapping.radix", "?");
        try {
            underLoad(() -> {
                long swaps = store().swaps();
                store.update(new Hashtable<>(Map.of("mapping-limit", "50000")));
                Waiting.until(() -> "two moves: " + store(), () -> store().swaps() >= swaps + 2);
                awaitStore("radix");
            });
        } finally {
            store.delete();
        }
        awaitStore("radix");
        assertEquals("the device, which was not started anew", device, reference(IommuStatus.class));
    }

    @Test
    public void another_granule_starts_the_device_anew_and_its_guest_may_boot_again() throws Exception {
        ServiceReference<IommuStatus> device = reference(IommuStatus.class);
        port.close();
        guest.close();
        configure(Map.of("granule", "64k", "packed", "on", "boot-bypass", "off"));
        Waiting.until(() -> "another device", () -> {
            ServiceReference<IommuStatus> now = reference(IommuStatus.class);
            return now != null && !device.equals(now);
        });
        IommuSnapshot anew = service(IommuStatus.class).snapshot();
        assertEquals(0x10000, anew.granule());
        assertFalse("bypass", anew.bypass());
        assertNotEquals(0, anew.features().offered() & RingFeatures.PACKED);
        configure(Map.of());
        // The device may go between any two of these.
        Waiting.until(
                () -> "the old granule",
                () -> Optional.ofNullable(reference(IommuStatus.class))
                        .map(context::getService)
                        .filter(status -> status.snapshot().granule() == 0x1000)
                        .isPresent());
        bootGuest();
        underLoad(() -> {});
    }

    private void underLoad(Work work) throws Exception {
        Traffic traffic = new Traffic(guest, port);
        try {
            traffic.proceed();
            work.run();
            traffic.proceed();
            traffic.end();
        } finally {
            traffic.stop();
        }
        assertEquals("refused DMA", 0, guest.faults());
        assertTrue(store().problem(), store().problem().isEmpty());
    }

    private void bootGuest() throws Exception {
        Waiting.until(
                () -> "the device comes",
                () -> reference(DeviceType.class) != null && reference(IommuStatus.class) != null);
        guest = new TestGuest(service(DeviceType.class));
        port = service(DmaTranslator.class).open(SampleTopology.ENDPOINT, guest.memory());
        awaitStore("radix");
    }

    private void configure(Map<String, Object> keys) throws IOException {
        Map<String, Object> all = new HashMap<>(Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0"));
        all.putAll(keys);
        configuration.update(new Hashtable<>(all));
    }

    private void awaitStore(String name) throws InterruptedException {
        Waiting.until(
                () -> "store " + name + ", now " + store(),
                () -> store().name().equals(name) && store().movingTo().isEmpty());
    }

    private IommuSnapshot.Store store() {
        return service(IommuStatus.class).snapshot().store();
    }

    private <T> T service(Class<T> type) {
        return context.getService(reference(type));
    }

    private <T> ServiceReference<T> reference(Class<T> type) {
        try {
            return context.getServiceReferences(type, "(viommu.machine=" + MACHINE + ")").stream()
                    .findFirst()
                    .orElse(null);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private interface Work {
        void run() throws Exception;
    }
}
