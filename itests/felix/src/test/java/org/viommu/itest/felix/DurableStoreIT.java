// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
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

/** The file of the durable store changes hands while requests and DMA run. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DurableStoreIT {
    private static final String PID = "org.viommu.mapping.mvstore";
    private static final String MACHINE = "durable";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    @Inject
    private CommandProcessor commands;

    private org.osgi.service.cm.Configuration device;
    private org.osgi.service.cm.Configuration store;
    private ServiceRegistration<TopologySource> topology;
    private ServiceReference<IommuStatus> reference;
    private IommuStatus status;
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
        store = configurations.getConfiguration(PID, "?");
        use(file("first"));
        device = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        device.update(new Hashtable<>(Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0")));
        guest = new TestGuest(service(DeviceType.class));
        port = service(DmaTranslator.class).open(SampleTopology.ENDPOINT, guest.memory());
        status = service(IommuStatus.class);
        reference = context.getServiceReference(IommuStatus.class);
        awaitStore("mvstore");
    }

    @After
    public void powerOff() throws Exception {
        port.close();
        guest.close();
        device.delete();
        store.delete();
        Waiting.until(() -> "the device goes", () -> context.getServiceReference(IommuStatus.class) == null);
        // Else the next device may begin in this file, and move to its own when the test has begun.
        Waiting.until(() -> "the store goes", () -> !isOffered("mvstore"));
        topology.unregister();
    }

    @Test
    public void an_updated_bundle_gets_its_file_back() throws Exception {
        underLoad(() -> {
            Bundle bundle = bundle();
            for (int update = 0; update < 3; update++) {
                long swaps = status.snapshot().store().swaps();
                try (InputStream jar = URI.create(bundle.getLocation().replaceFirst("^reference:", ""))
                        .toURL()
                        .openStream()) {
                    bundle.update(jar);
                }
                Waiting.until(
                        () -> "there and back: " + status.snapshot().store(),
                        () -> status.snapshot().store().swaps() >= swaps + 2);
                awaitStore("mvstore");
            }
        });
    }

    @Test
    public void a_stopped_bundle_has_let_its_file_go() throws Exception {
        underLoad(() -> {
            assertTrue(isInUse(file("first")));
            bundle().stop();
            assertFalse(isInUse(file("first")));
            awaitStore("radix");
            bundle().start();
            awaitStore("mvstore");
        });
    }

    @Test
    public void another_file_gets_everything_and_the_former_one_is_let_go() throws Exception {
        underLoad(() -> {
            long swaps = status.snapshot().store().swaps();
            use(file("second"));
            Waiting.until(
                    () -> "away and into the other file: " + status.snapshot().store(),
                    () -> status.snapshot().store().swaps() >= swaps + 2);
            awaitStore("mvstore");
            assertTrue(isInUse(file("second")));
            assertFalse(isInUse(file("first")));
        });
    }

    @Test
    public void a_file_that_cannot_be_used_is_named_and_left_as_it_is() throws Exception {
        Path foreign = file("notes.txt");
        String text = "Buy milk.\n".repeat(2_000);
        Files.writeString(foreign, text);
        underLoad(() -> {
            use(foreign);
            Waiting.until(
                    () -> "the file is named: " + status.snapshot().store(),
                    () -> status.snapshot()
                            .store()
                            .problem()
                            .contains(foreign + ": is damaged, or not a file of this store"));
            awaitStore("radix");
            assertTrue(why(), why().contains(foreign.toString()));
            assertEquals(text, Files.readString(foreign));
            use(file("first"));
            awaitStore("mvstore");
        });
    }

    private String why() throws Exception {
        CommandSession session = commands.createSession(
                new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), new ByteArrayOutputStream());
        try {
            return String.valueOf(session.execute("viommu:why --json"));
        } finally {
            session.close();
        }
    }

    private void underLoad(Change change) throws Exception {
        Traffic traffic = new Traffic(guest, port);
        try {
            traffic.proceed();
            change.run();
            traffic.proceed();
            traffic.end();
        } finally {
            traffic.stop();
        }
        assertEquals("the device was not restarted", reference, context.getServiceReference(IommuStatus.class));
        assertEquals(traffic.oracle(), mappings());
        assertEquals("no DMA was refused", 0, guest.faults());
        assertEquals("", status.snapshot().store().problem());
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

    /** Whether somebody in this process has locked it, as the store does. */
    private static boolean isInUse(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return channel.tryLock() == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    private void use(Path file) throws IOException {
        store.update(new Hashtable<>(Map.<String, Object>of("file", file.toString(), "force", false)));
    }

    private Path file(String name) {
        return folder.getRoot().toPath().resolve(name);
    }

    private void awaitStore(String name) throws InterruptedException {
        Waiting.until(() -> "store " + name + ", now " + status.snapshot().store(), () -> {
            IommuSnapshot.Store now = status.snapshot().store();
            return now.name().equals(name) && now.movingTo().isEmpty();
        });
    }

    private boolean isOffered(String name) {
        try {
            return !context.getServiceReferences(MappingStore.class, "(viommu.store=" + name + ")")
                    .isEmpty();
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private Bundle bundle() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> PID.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    private <T> T service(Class<T> type) throws Exception {
        String filter = "(&(objectClass=" + type.getName() + ")(viommu.machine=" + MACHINE + "))";
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
        tracker.open();
        T service = tracker.waitForService(Waiting.PATIENCE_MILLIS);
        assertNotNull(filter, service);
        return service;
    }

    private interface Change {
        void run() throws Exception;
    }
}
