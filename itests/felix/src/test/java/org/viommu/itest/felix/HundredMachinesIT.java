// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.inject.Inject;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
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
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.Waiting;

/** A hundred machines in one framework: all have traffic, all move to another store meanwhile, and nothing of them stays. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class HundredMachinesIT {
    private static final int MACHINES = 100;

    /** Guests run on these in turn, as on the processors of a host. */
    private static final int PROCESSORS = 4;

    private static final int ROUNDS = 5;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private final List<ConfiguredMachine> machines = new ArrayList<>();
    private final ExecutorService processors = Executors.newFixedThreadPool(PROCESSORS);
    private final List<Future<Void>> work = new ArrayList<>();
    private volatile boolean stopped;
    private Remains before;
    private Path sockets;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void configureMachines() throws Exception {
        before = Remains.of(context);
        sockets = Files.createTempDirectory("viommu-it");
        for (int number = 0; number < MACHINES; number++) {
            machines.add(new ConfiguredMachine(context, configurations, number, sockets));
        }
        for (ConfiguredMachine machine : machines) {
            machine.awaitOffered();
        }
    }

    @After
    public void powerOff() throws Exception {
        stopped = true;
        processors.shutdown();
        for (Future<Void> share : work) {
            finish(share);
        }
        for (ConfiguredMachine machine : machines) {
            machine.powerOff();
        }
        Waiting.until(() -> "nothing stays: " + Remains.of(context), () -> before.equals(Remains.of(context)));
        // Only an empty folder can be deleted: the files of the sockets are gone too.
        Files.delete(sockets);
    }

    @Test
    public void all_work_and_move_to_another_store_and_sleep_when_there_is_nothing_to_do() throws Exception {
        awaitSleep();
        for (int processor = 0; processor < PROCESSORS; processor++) {
            work.add(processors.submit(runsShare(processor)));
        }
        proceed();
        for (String store : List.of("tree", "radix")) {
            for (ConfiguredMachine machine : machines) {
                machine.admit("(viommu.store=" + store + ")");
            }
            for (ConfiguredMachine machine : machines) {
                machine.awaitStore(store);
            }
            proceed();
        }
        stopped = true;
        for (Future<Void> share : work) {
            finish(share);
        }
        Map<String, Double> metrics = metrics();
        assertEquals(documentedMetrics(), names(metrics));
        for (ConfiguredMachine machine : machines) {
            machine.compare(metrics);
        }
        awaitSleep();
    }

    /** Every so many machines, one round of each after the other. */
    private Callable<Void> runsShare(int processor) {
        return () -> {
            List<ConfiguredMachine> share = new ArrayList<>();
            for (int number = processor; number < MACHINES; number += PROCESSORS) {
                share.add(machines.get(number));
                machines.get(number).boot();
            }
            while (!stopped) {
                for (ConfiguredMachine machine : share) {
                    machine.work();
                }
            }
            return null;
        };
    }

    /** Returns when every machine has done some rounds after the call. */
    private void proceed() throws Exception {
        List<Long> begin = machines.stream().map(ConfiguredMachine::rounds).toList();
        for (int number = 0; number < MACHINES; number++) {
            ConfiguredMachine machine = machines.get(number);
            long end = begin.get(number) + ROUNDS;
            Waiting.until(
                    () -> "machines work",
                    () -> machine.rounds() >= end || work.stream().anyMatch(Future::isDone));
            for (Future<Void> share : work) {
                if (share.isDone()) {
                    finish(share);
                }
            }
        }
    }

    /** As JMX shows them. */
    private static Map<String, Double> metrics() throws JMException {
        TabularData values = (TabularData) ManagementFactory.getPlatformMBeanServer()
                .getAttribute(new ObjectName("org.viommu:type=Metrics"), "Values");
        Map<String, Double> metrics = new HashMap<>();
        values.values().stream()
                .map(CompositeData.class::cast)
                .forEach(row -> metrics.put((String) row.get("key"), (Double) row.get("value")));
        return metrics;
    }

    /** Without the labels. */
    private static Set<String> names(Map<String, Double> metrics) {
        return metrics.keySet().stream()
                .map(it -> it.replaceFirst("[{].*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The table in docs/operating.md. */
    private static Set<String> documentedMetrics() throws IOException {
        return Files.readString(Path.of(System.getProperty("viommu.operating")))
                .lines()
                .filter(line -> line.startsWith("| `viommu_"))
                .flatMap(line ->
                        Pattern.compile("`(viommu_[a-z_]+)`").matcher(line).results())
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void finish(Future<Void> share) throws InterruptedException {
        try {
            share.get();
        } catch (ExecutionException e) {
            throw new AssertionError("traffic failed", e.getCause());
        }
    }

    /** No thread of a device looks for work, or will wake up by itself to do so. */
    private static void awaitSleep() throws InterruptedException {
        Waiting.until(
                () -> "all sleep: "
                        + Remains.deviceThreads().stream()
                                .map(Thread::getState)
                                .distinct()
                                .toList(),
                () -> Remains.deviceThreads().stream().allMatch(it -> it.getState() == Thread.State.WAITING));
        assertTrue("each machine has threads", Remains.deviceThreads().size() >= MACHINES);
    }
}
