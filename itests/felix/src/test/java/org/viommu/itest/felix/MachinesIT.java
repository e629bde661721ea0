// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.After;
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
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.Waiting;
import org.viommu.topology.TopologySource;
import org.viommu.transport.pci.PciFunction;

/** Several machines in one framework, each from factory configurations of its own, none of which notices another. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class MachinesIT {
    private static final int MANY = 100;

    /** For each machine: its device, its stores, one that listens for a VMM, and one to spare. */
    private static final int THREADS = 4;

    /** Heap of the platform for each machine with {@link #PAGES} mappings, most of it rings and tables. */
    private static final long BYTES = 1 << 20;

    private static final int PAGES = 512;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private final List<WorkingMachine> machines = new ArrayList<>();
    private final List<org.osgi.service.cm.Configuration> hosts = new ArrayList<>();
    private ServiceRegistration<TopologySource> topology;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @After
    public void powerOff() throws Exception {
        powerOffAll();
        topology.unregister();
    }

    @Test
    public void two_machines_with_the_same_names_inside_do_not_notice_one_another() throws Exception {
        build(2);
        WorkingMachine first = machines.get(0);
        WorkingMachine second = machines.get(1);
        first.boot(PAGES);
        second.boot(2 * PAGES);
        second.proceed();
        first.configure(Map.of("store.target", "(viommu.store=tree)"));
        first.awaitStore("tree");
        second.awaitStore("radix");
        second.proceed();
        first.compare();
        first.configure(Map.of("granule", "64k"));
        first.awaitGranule(0x10000);
        second.proceed();
        machines.remove(first);
        first.powerOff();
        second.proceed();
        second.compare();
        assertEquals(0x1000, second.snapshot().granule());
    }

    @Test
    public void a_hundred_machines_work_at_the_same_time_in_bounded_threads_and_memory() throws Exception {
        Path sockets = Files.createTempDirectory("viommu-it");
        long heapBefore = heap();
        long threadsBefore = platformThreads();
        build(MANY);
        for (int i = 0; i < MANY; i++) {
            host("vm" + i, sockets.resolve("vm" + i));
        }
        for (WorkingMachine machine : machines) {
            machine.boot(PAGES);
        }
        Waiting.until(() -> "sockets of all, now " + count(sockets), () -> count(sockets) == MANY);
        assertEquals(MANY, context.getServiceReferences(PciFunction.class, null).size());
        for (WorkingMachine machine : machines) {
            machine.proceed();
        }
        long threads = platformThreads() - threadsBefore;
        assertTrue(threads + " threads", threads <= (long) THREADS * MANY);
        for (WorkingMachine machine : machines) {
            machine.compare();
        }
        long bytes = (heap() - heapBefore) / MANY;
        assertTrue(bytes + " bytes for each machine", bytes <= BYTES);
        powerOffAll();
        Waiting.until(() -> "no socket stays, now " + count(sockets), () -> count(sockets) == 0);
        Waiting.until(
                () -> "no thread stays, now " + (platformThreads() - threadsBefore),
                () -> platformThreads() <= threadsBefore);
        Files.delete(sockets);
    }

    private void powerOffAll() throws Exception {
        for (org.osgi.service.cm.Configuration host : hosts) {
            host.delete();
        }
        hosts.clear();
        for (WorkingMachine machine : machines) {
            machine.powerOff();
        }
        machines.clear();
    }

    private void build(int number) throws Exception {
        String[] names = IntStream.range(0, number).mapToObj(i -> "vm" + i).toArray(String[]::new);
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, names)));
        for (String name : names) {
            machines.add(new WorkingMachine(context, configurations, name));
        }
    }

    private void host(String name, Path socket) throws IOException {
        org.osgi.service.cm.Configuration host = configurations.createFactoryConfiguration("org.viommu.machine", "?");
        hosts.add(host);
        host.update(new Hashtable<>(Map.of("name", name, "functions", "iommu0=00:01.0=" + socket)));
    }

    private static long count(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long platformThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("viommu-"))
                .count();
    }

    private static long heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
