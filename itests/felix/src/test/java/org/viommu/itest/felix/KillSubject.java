// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.driver.DriverException;
import org.viommu.driver.IommuDriver;
import org.viommu.driver.RequestBatch;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.TestGuest;
import org.viommu.itest.traffic.Waiting;
import org.viommu.topology.TopologySource;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.iommu.MapFlags;

/**
 * Lives in a platform that is killed: says what the store has kept, then drives the device and says each batch of requests before it sends it and after it was
 * answered, in other words if the store has said meanwhile that it does not keep it. A line on a pipe outlives the process that wrote it.
 */
public final class KillSubject implements BundleActivator {
    private static final String MACHINE = "kill";
    private static final int DOMAINS = 3;
    private static final int PAGES = 4096;
    private static final int MAX_BATCH = 64;

    private final PrintStream out = System.out;
    private BundleContext context;

    @Override
    public void start(BundleContext started) {
        context = started;
        ToIntFunction<List<String>> command = this::run;
        context.registerService(
                ToIntFunction.class,
                command,
                new Hashtable<>(Map.of("viommu.command", "live", "viommu.description", "lives until it is killed")));
    }

    @Override
    public void stop(BundleContext stopped) {
        // Nothing is left to stop: the command has returned.
    }

    /**
     * Arguments: the store, a seed, then key=value for the store's configuration. With seed 0 it ends; below it only holds copies for others, until it is told a
     * seed on its input.
     */
    private int run(List<String> arguments) {
        try {
            ConfigurationAdmin admin = await(ConfigurationAdmin.class);
            configureStore(admin, arguments.get(0), arguments.subList(2, arguments.size()));
            long seed = Long.parseLong(arguments.get(1));
            if (seed < 0) {
                seed = hold(arguments.get(0));
            }
            configureDevice(admin, arguments.get(0));
            IommuStatus status = await(IommuStatus.class);
            awaitStore(status, arguments.get(0));
            dump(status);
            if (seed != 0) {
                drive(status, new SplittableRandom(seed));
            }
            return 0;
        } catch (Exception e) {
            out.println("broken " + e);
            return 1;
        }
    }

    private long hold(String store) throws Exception {
        await(new ServiceTracker<>(context, context.createFilter("(viommu.store=" + store + ")"), null), store);
        say("dumped");
        return Long.parseLong(
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII)).readLine());
    }

    private static void configureStore(ConfigurationAdmin admin, String store, List<String> properties)
            throws IOException {
        Hashtable<String, Object> settings = new Hashtable<>();
        properties.forEach(each -> settings.put(each.split("=", 2)[0], each.split("=", 2)[1]));
        admin.getConfiguration("org.viommu.mapping." + store, "?").update(settings);
    }

    private void configureDevice(ConfigurationAdmin admin, String store) throws IOException {
        context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        admin.createFactoryConfiguration("org.viommu.iommu", "?")
                .update(new Hashtable<>(Map.of(
                        "machine", MACHINE, "address", "00:01.0", "store.target", "(viommu.store=" + store + ")")));
    }

    private static void awaitStore(IommuStatus status, String name) {
        while (true) {
            IommuSnapshot.Store store = status.snapshot().store();
            boolean used = !store.problem().contains("is not used");
            if (store.name().equals(name) && store.movingTo().isEmpty() && used) {
                return;
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Writes what the device serves, before a driver has started. */
    private void dump(IommuStatus status) {
        IommuSnapshot snapshot = status.snapshot();
        out.println("bypass " + snapshot.bypass());
        for (IommuSnapshot.Domain domain : snapshot.domains()) {
            domain.endpoints().forEach(endpoint -> out.println("in " + endpoint + " " + domain.id()));
            List<IommuSnapshot.Mapping> page = status.mappings(domain.id(), 0, IommuStatus.MAX_PAGE);
            while (!page.isEmpty()) {
                page.forEach(mapping ->
                        out.println("has " + domain.id() + " " + mapping.start() + " " + mapping.physical()));
                page = status.mappings(domain.id(), page.get(page.size() - 1).end() + 1, IommuStatus.MAX_PAGE);
            }
        }
        out.println("dumped");
        out.flush();
    }

    private void drive(IommuStatus status, SplittableRandom random) throws Exception {
        try (TestGuest guest = new TestGuest(await(DeviceType.class))) {
            IommuDriver driver = guest.driver();
            driver.setBypass(random.nextBoolean());
            say("fresh " + driver.bypass());
            for (int domain = 0; domain < DOMAINS; domain++) {
                attach(driver, SampleTopology.ENDPOINT + domain, domain);
                sayAnswered(status);
            }
            boolean[][] mapped = new boolean[DOMAINS][PAGES];
            RequestBatch batch = driver.batch(MAX_BATCH);
            while (true) {
                if (random.nextInt(50) == 0) {
                    // The last endpoint of a domain leaves, and the domain goes with its mappings.
                    int domain = random.nextInt(DOMAINS);
                    int endpoint = SampleTopology.ENDPOINT + domain;
                    say("detach " + endpoint + " " + domain);
                    require(driver.detach(domain, endpoint).value());
                    sayAnswered(status);
                    Arrays.fill(mapped[domain], false);
                    attach(driver, endpoint, domain);
                    sayAnswered(status);
                }
                send(batch, mapped, random);
                sayAnswered(status);
            }
        }
    }

    private void attach(IommuDriver driver, int endpoint, int domain) throws DriverException {
        say("attach " + endpoint + " " + domain);
        require(driver.attach(domain, endpoint, 0).value());
    }

    private void send(RequestBatch batch, boolean[][] mapped, SplittableRandom random) throws DriverException {
        StringBuilder requests = new StringBuilder();
        int size = random.nextInt(1, MAX_BATCH + 1);
        for (int i = 0; i < size; i++) {
            int domain = random.nextInt(DOMAINS);
            int page = random.nextInt(PAGES);
            long start = (long) page * TestGuest.PAGE;
            boolean there = mapped[domain][page];
            mapped[domain][page] = !there;
            if (there) {
                batch.unmap(domain, start, start + TestGuest.PAGE - 1);
                requests.append("unmap ")
                        .append(domain)
                        .append(' ')
                        .append(start)
                        .append('\n');
            } else {
                long physical = (long) random.nextInt(TestGuest.PAGES) * TestGuest.PAGE;
                batch.map(domain, start, start + TestGuest.PAGE - 1, physical, MapFlags.READ);
                requests.append("map ")
                        .append(domain)
                        .append(' ')
                        .append(start)
                        .append(' ')
                        .append(physical)
                        .append('\n');
            }
        }
        requests.setLength(requests.length() - 1);
        say(requests.toString());
        require(batch.flush());
    }

    private void sayAnswered(IommuStatus status) {
        String problem = status.snapshot().store().problem();
        say(problem.isEmpty() ? "done" : "unkept " + problem);
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    private static void require(int status) {
        if (status != 0) {
            throw new IllegalStateException("a request was answered with " + status);
        }
    }

    private <T> T await(Class<T> type) throws InterruptedException, IOException {
        return await(new ServiceTracker<>(context, type, null), type.getSimpleName());
    }

    private static <T> T await(ServiceTracker<T, T> tracker, String what) throws InterruptedException, IOException {
        tracker.open();
        T service = tracker.waitForService(Waiting.PATIENCE_MILLIS);
        if (service == null) {
            throw new IOException("no " + what);
        }
        return service;
    }
}
