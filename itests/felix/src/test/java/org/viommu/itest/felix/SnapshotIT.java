// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
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
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.IommuDriver;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.Waiting;
import org.viommu.machine.Machine;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryRegion;
import org.viommu.topology.TopologySource;
import org.viommu.transport.pci.PciDriverTransport;
import org.viommu.transport.pci.PciFunction;
import org.viommu.virtio.QueueView;

/** A machine that is saved while its guest asks for mappings, and goes on in a fresh one. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class SnapshotIT {
    private static final String MACHINE = "saved";
    private static final String OURS = "(viommu.machine=" + MACHINE + ")";
    private static final int RINGS = 1 << 16;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private final List<org.osgi.service.cm.Configuration> created = new ArrayList<>();
    private final MemoryRegion memory = new MemoryRegion(
            0,
            RINGS + DriverMemory.USUAL_SIZE - 1,
            true,
            List.of(ByteBuffer.allocateDirect(RINGS + (int) DriverMemory.USUAL_SIZE)));
    private Path folder;
    private ServiceRegistration<TopologySource> topology;
    private CommandSession session;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void openConsole() throws Exception {
        folder = Files.createTempDirectory("viommu-it");
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        for (String command : List.of("snapshot", "restore")) {
            service(Object.class, "(&(osgi.command.scope=viommu)(osgi.command.function=" + command + "))");
        }
        session = service(CommandProcessor.class, "(objectClass=" + CommandProcessor.class.getName() + ")")
                .createSession(
                        new ByteArrayInputStream(new byte[0]),
                        new ByteArrayOutputStream(),
                        new ByteArrayOutputStream());
        session.currentDir(folder);
        powerOn();
    }

    @After
    public void closeConsole() throws Exception {
        powerOff();
        session.close();
        topology.unregister();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    public void a_guest_goes_on_in_a_fresh_machine_and_no_mapping_is_lost() throws Exception {
        MovingPort port = new MovingPort(function("iommu0"));
        GuestMemory own = new GuestMemory();
        own.add(memory);
        IommuDriver driver = IommuDriver.start(
                PciDriverTransport.open(port),
                new DriverMemory(own, RINGS, memory.end()),
                Duration.ofMillis(Waiting.PATIENCE_MILLIS),
                report -> {});
        MappingTraffic traffic = new MappingTraffic(driver, SampleTopology.ENDPOINT);
        try {
            for (int move = 0; move < 3; move++) {
                traffic.proceed();
                // As a VMM does that stops its guest: requests wait in the queue.
                function("iommu0").suspend();
                List<IommuSnapshot.Mapping> before = mappings();
                List<QueueView> queues = queues();
                assertTrue(shown("viommu:snapshot state"), before.size() > MappingTraffic.MAPPINGS / 4);
                powerOff();
                powerOn();
                assertEquals(List.of(), mappings());
                PciFunction fresh = function("iommu0");
                fresh.suspend();
                port.moveTo(fresh);
                shown("viommu:restore state");
                assertEquals(before, mappings());
                for (int i = 0; i < queues.size(); i++) {
                    assertEquals(queues.get(i).size(), queues().get(i).size());
                    assertEquals(queues.get(i).descriptorArea(), queues().get(i).descriptorArea());
                    assertEquals(queues.get(i).enabled(), queues().get(i).enabled());
                }
                fresh.resume();
                traffic.proceed();
            }
            traffic.end();
        } finally {
            traffic.stop();
        }
        assertEquals(
                traffic.oracle(),
                mappings().stream().map(IommuSnapshot.Mapping::start).toList());
        driver.close();
    }

    @Test
    public void what_is_not_ready_for_a_snapshot_is_named_and_stays_as_it_was() throws Exception {
        function("iommu0");
        function("rng0");
        shown("viommu:snapshot fresh");
        powerOff();
        powerOnWithoutMemory();
        assertTrue(refusal("viommu:restore fresh").contains(" has no guest memory yet: "));
        byte[] bytes = Files.readAllBytes(folder.resolve("fresh"));
        bytes[bytes.length / 2] ^= 1;
        Files.write(folder.resolve("damaged"), bytes);
        assertTrue(
                refusal("viommu:restore damaged").startsWith(folder.resolve("damaged") + ": offset 0xc: checksum is "));
    }

    private String refusal(String command) {
        return assertThrows(Exception.class, () -> shown(command)).getMessage();
    }

    private List<QueueView> queues() throws Exception {
        return service(Machine.class, OURS)
                .view("iommu0")
                .orElseThrow()
                .device()
                .queues();
    }

    private List<IommuSnapshot.Mapping> mappings() throws Exception {
        IommuStatus status = service(IommuStatus.class, OURS);
        List<IommuSnapshot.Mapping> all = new ArrayList<>();
        long from = 0;
        while (true) {
            List<IommuSnapshot.Mapping> page = status.mappings(MappingTraffic.DOMAIN, from, IommuStatus.MAX_PAGE);
            all.addAll(page);
            if (page.isEmpty()) {
                return all;
            }
            from = page.get(page.size() - 1).end() + 1;
        }
    }

    private void powerOn() throws Exception {
        powerOnWithoutMemory();
        function("iommu0").memory().add(memory);
        function("rng0").memory().add(memory);
    }

    private void powerOnWithoutMemory() throws Exception {
        configure("org.viommu.machine", Map.of("name", MACHINE, "functions", new String[] {
            "iommu0=00:01.0=" + folder.resolve("iommu0"), "rng0=00:02.0=" + folder.resolve("rng0")
        }));
        configure("org.viommu.iommu", Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0"));
        configure("org.viommu.endpoint.entropy", Map.of("machine", MACHINE, "name", "rng0"));
        function("iommu0");
        function("rng0");
    }

    private void powerOff() throws Exception {
        for (org.osgi.service.cm.Configuration configuration : created) {
            configuration.delete();
        }
        created.clear();
        Waiting.until(
                () -> "the machine goes",
                () -> context.getServiceReference(Machine.class) == null
                        && context.getServiceReference(IommuStatus.class) == null);
    }

    private void configure(String pid, Map<String, Object> properties) throws IOException {
        org.osgi.service.cm.Configuration configuration = configurations.createFactoryConfiguration(pid, "?");
        configuration.update(new Hashtable<>(properties));
        created.add(configuration);
    }

    private PciFunction function(String name) throws Exception {
        return service(PciFunction.class, "(&" + OURS + "(viommu.name=" + name + "))");
    }

    private String shown(String command) throws Exception {
        return session.execute(command).toString();
    }

    private <T> T service(Class<T> type, String properties) throws Exception {
        String filter = type == Object.class ? properties : "(&(objectClass=" + type.getName() + ")" + properties + ")";
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(filter), null);
        tracker.open();
        try {
            T service = tracker.waitForService(Waiting.PATIENCE_MILLIS);
            if (service == null) {
                throw new AssertionError("no service " + filter);
            }
            return service;
        } finally {
            tracker.close();
        }
    }
}
