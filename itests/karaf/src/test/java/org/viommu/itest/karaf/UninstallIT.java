// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.inject.Inject;
import javax.management.ObjectName;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** All features go at once, in the middle of work, and Karaf is what it was before. Nothing here may name a class of ours: see {@link RemoteGuest}. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class UninstallIT {
    private static final String EVERYTHING = "viommu viommu-mapping-hazelcast";

    @Inject
    private BundleContext context;

    @Inject
    private FeaturesService features;

    @Inject
    private ConfigurationAdmin configurations;

    @Inject
    private SessionFactory sessions;

    private final List<Configuration> created = new ArrayList<>();

    @org.ops4j.pax.exam.Configuration
    public Option[] karaf() {
        return new Option[] {KarafContainer.installed()};
    }

    @Test
    public void what_has_worked_leaves_nothing_and_can_come_back() throws Exception {
        Archive.awaitDeployed(context, features);
        Administrator console = new Administrator(sessions);
        Map<String, Integer> before = states();
        Path folder = Files.createTempDirectory("viommu-it");
        int port = freePort();
        configure(folder, port);
        for (int time = 0; time < 2; time++) {
            console.type("feature:install " + EVERYTHING);
            work(console, port);
            assertTrue("threads of ours", threads().size() > 0);
            console.type("feature:uninstall " + EVERYTHING);
            Patience.until(() -> "bundles " + states() + ", before " + before, () -> states().equals(before));
            Patience.until(() -> "threads " + threads(), () -> threads().isEmpty());
            assertEquals("services", List.of(), services());
            assertEquals("MBeans", List.of(), beans());
            assertEquals("port of Prometheus", "", scraped(port));
            assertEquals("completion", List.of(), console.complete("viommu:swap "));
            assertEquals("features", List.of(), Archive.names(Stream.of(features.listInstalledFeatures())));
        }
        for (Configuration configuration : created) {
            configuration.delete();
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals("files", List.of(folder.resolve("kept")), files.toList());
        }
        Files.delete(folder.resolve("kept"));
        Files.delete(folder);
    }

    /** A machine, a durable store, and all that makes itself felt outside. */
    private void configure(Path folder, int port) throws IOException {
        create("org.viommu.machine", Map.of("name", "vm", "functions", new String[] {
            "iommu0=00:01.0=" + folder.resolve("iommu0"), "rng0=00:02.0=" + folder.resolve("rng0")
        }));
        create("org.viommu.iommu", Map.of("machine", "vm"));
        create("org.viommu.endpoint.entropy", Map.of("machine", "vm", "name", "rng0"));
        create("org.viommu.topology.static", Map.of("machine", "vm", "endpoints", "00:02.0=0x10@00:01.0"));
        single(
                "org.viommu.mapping.mvstore",
                Map.of("file", folder.resolve("kept").toString()));
        single("org.viommu.metrics.prometheus", Map.of("port", port));
        single("org.viommu.trace.log", Map.of("machine", "vm"));
    }

    private void work(Administrator console, int port) throws Exception {
        Patience.until(
                () -> "functions of vm", () -> typed(console, "viommu:devices").matches("(?s).*iommu0.*rng0.*"));
        RemoteGuest guest = new RemoteGuest(context, configurations);
        guest.call("proceed");
        assertTrue(
                typed(console, "viommu:status"), typed(console, "viommu:status").contains("it/iommu0"));
        Patience.until(() -> "metrics", () -> scraped(port).contains("viommu_requests_total{device=\"it/iommu0\""));
        guest.call("compare");
        guest.call("end");
        guest.call("powerOff");
        guest.uninstall();
    }

    private static String typed(Administrator console, String command) {
        try {
            return console.type(command);
        } catch (Exception e) {
            return e.toString();
        }
    }

    private void create(String pid, Map<String, Object> keys) throws IOException {
        put(configurations.createFactoryConfiguration(pid, "?"), keys);
    }

    private void single(String pid, Map<String, Object> keys) throws IOException {
        put(configurations.getConfiguration(pid, "?"), keys);
    }

    private void put(Configuration configuration, Map<String, Object> keys) throws IOException {
        configuration.update(new Hashtable<>(keys));
        created.add(configuration);
    }

    /** Each bundle that is not a part of a test. */
    private Map<String, Integer> states() {
        Map<String, Integer> states = new TreeMap<>();
        for (Bundle bundle : context.getBundles()) {
            states.put(bundle.getSymbolicName() + " " + bundle.getVersion(), bundle.getState());
        }
        return states;
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(it -> it.matches("viommu-.*|MVStore.*|HTTP-Dispatcher.*|hz\\..*"))
                .toList();
    }

    private List<String> services() {
        try {
            return Stream.ofNullable(
                            context.getAllServiceReferences(null, "(|(viommu.machine=*)(osgi.command.scope=viommu))"))
                    .flatMap(Stream::of)
                    .map(Object::toString)
                    .toList();
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> beans() throws Exception {
        return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("org.viommu:*"), null).stream()
                .map(ObjectName::toString)
                .toList();
    }

    private static String scraped(int port) {
        try (var input =
                URI.create("http://127.0.0.1:" + port + "/metrics").toURL().openStream()) {
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
