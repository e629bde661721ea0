// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
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
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.Waiting;
import org.viommu.machine.Machine;
import org.viommu.topology.TopologySource;
import org.viommu.transport.pci.PciFunction;

/** A machine offers exactly the functions whose parts are all there, whatever the order in which they come and go. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class MachineIT {
    private static final String MACHINE = "assembled";

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private final List<org.osgi.service.cm.Configuration> created = new ArrayList<>();
    private ServiceRegistration<TopologySource> topology;
    private Path sockets;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void configureMachine() throws IOException {
        sockets = Files.createTempDirectory("viommu-it");
        configure("org.viommu.machine", Map.of("name", MACHINE, "functions", new String[] {
            "iommu0=00:01.0=" + sockets.resolve("iommu0"), "rng0=00:02.0=" + sockets.resolve("rng0")
        }));
    }

    @After
    public void takeAllBack() throws IOException, InterruptedException {
        for (org.osgi.service.cm.Configuration configuration : created) {
            configuration.delete();
        }
        if (topology != null) {
            topology.unregister();
        }
        awaitOffered();
        // The files go after the services.
        Waiting.until(() -> "no socket is left", () -> isEmpty(sockets));
        Files.delete(sockets);
    }

    @Test
    public void nothing_is_offered_before_a_topology_is_known() throws Exception {
        iommu();
        entropy();
        awaitReason("no topology source describes the machine");
        assertEquals(Set.of(), offered());
        describe();
        awaitOffered("iommu0", "rng0");
    }

    @Test
    public void an_endpoint_waits_for_its_iommu_and_goes_with_it() throws Exception {
        describe();
        entropy();
        awaitReason("its IOMMU iommu0 is not there");
        org.osgi.service.cm.Configuration iommu = iommu();
        awaitOffered("iommu0", "rng0");
        awaitSocket("rng0", true);
        created.remove(iommu);
        iommu.delete();
        awaitOffered();
        awaitSocket("rng0", false);
    }

    private org.osgi.service.cm.Configuration iommu() throws IOException {
        return configure("org.viommu.iommu", Map.of("machine", MACHINE, "name", "iommu0", "address", "00:01.0"));
    }

    private void entropy() throws IOException {
        configure("org.viommu.endpoint.entropy", Map.of("machine", MACHINE, "name", "rng0"));
    }

    private void describe() {
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
    }

    private org.osgi.service.cm.Configuration configure(String pid, Map<String, Object> properties) throws IOException {
        org.osgi.service.cm.Configuration configuration = configurations.createFactoryConfiguration(pid, "?");
        configuration.update(new Hashtable<>(properties));
        created.add(configuration);
        return configuration;
    }

    private void awaitReason(String reason) throws InterruptedException {
        Waiting.until(() -> reason + ", now " + statuses(), () -> statuses().contains(reason));
    }

    private void awaitOffered(String... names) throws InterruptedException {
        Waiting.until(
                () -> Arrays.toString(names) + ", now " + statuses(),
                () -> offered().equals(Set.of(names)));
    }

    private void awaitSocket(String name, boolean there) throws InterruptedException {
        Waiting.until(() -> "socket " + name, () -> Files.exists(sockets.resolve(name)) == there);
    }

    private static boolean isEmpty(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String statuses() {
        ServiceReference<Machine> reference = context.getServiceReference(Machine.class);
        return reference == null
                ? ""
                : context.getService(reference).functions().toString();
    }

    private Set<String> offered() {
        try {
            Set<String> names = new TreeSet<>();
            context.getServiceReferences(PciFunction.class, "(viommu.machine=" + MACHINE + ")")
                    .forEach(reference -> names.add(Objects.toString(reference.getProperty("viommu.name"))));
            return names;
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
