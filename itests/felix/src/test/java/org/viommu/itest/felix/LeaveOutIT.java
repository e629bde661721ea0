// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.topology.TopologySource;

/** Each bundle of the application that a device does not stand on is taken away in turn while a guest works: the device and all that does not need it go on. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class LeaveOutIT {
    private static final String MACHINE = "sparse";
    private static final String IOMMU = "org.viommu.iommu";

    /** Those of this project that belong together; see docs/hosting.md. */
    private static final Set<String> NEEDED = Set.of(
            "org.viommu.configuration",
            "org.viommu.dma",
            "org.viommu.mapping",
            "org.viommu.memory",
            "org.viommu.topology",
            "org.viommu.virtio",
            "org.viommu.virtqueue",
            IOMMU);

    /** Makes the requests of the guest in this test, and is otherwise not needed. */
    private static final String GUEST = "org.viommu.driver";

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private ServiceRegistration<TopologySource> topology;
    private WorkingMachine machine;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void boot() throws Exception {
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        machine = new WorkingMachine(context, configurations, MACHINE);
        machine.boot(2_000);
    }

    @After
    public void powerOff() throws Exception {
        machine.powerOff();
        topology.unregister();
    }

    @Test
    public void a_device_stands_on_those_bundles_only_that_are_documented() {
        Set<String> standsOn =
                bundles(bundle -> ours(bundle) && dependents(bundle).contains(IOMMU));
        standsOn.add(IOMMU);
        assertEquals(NEEDED, standsOn);
    }

    @Test
    public void every_other_bundle_may_be_missing() throws Exception {
        Set<String> optional = bundles(bundle -> ours(bundle)
                && !NEEDED.contains(bundle.getSymbolicName())
                && !GUEST.equals(bundle.getSymbolicName())
                && !bundle.getSymbolicName().startsWith("org.viommu.itest"));
        assertTrue(optional.toString(), optional.size() > 10);
        optional.addAll(List.of(
                "com.h2database.mvstore",
                "com.google.gson",
                "picocli",
                "org.apache.felix.gogo.runtime",
                "org.apache.felix.metatype"));
        for (String name : optional) {
            leaveOut(bundle(name));
        }
        machine.compare();
    }

    private void leaveOut(Bundle bundle) throws Exception {
        Set<String> mayGo = dependents(bundle);
        Set<String> before = bundles(other -> other.getState() == Bundle.ACTIVE);
        String location = bundle.getLocation();
        bundle.uninstall();
        refresh(bundle);
        machine.proceed();
        Set<String> gone = new TreeSet<>(before);
        gone.removeAll(bundles(other -> other.getState() == Bundle.ACTIVE));
        gone.remove(bundle.getSymbolicName());
        assertTrue(gone + " went with " + bundle + ", which only " + mayGo + " need", mayGo.containsAll(gone));
        context.installBundle(location).start();
        for (String other : gone) {
            bundle(other).start();
        }
        assertEquals(before, bundles(other -> other.getState() == Bundle.ACTIVE));
    }

    /** Bundles that have a wire to it, directly or through others. */
    private Set<String> dependents(Bundle bundle) {
        Collection<Bundle> closure = wiring().getDependencyClosure(List.of(bundle));
        return closure.stream()
                .filter(other -> other != bundle)
                .map(Bundle::getSymbolicName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void refresh(Bundle bundle) throws InterruptedException {
        CountDownLatch refreshed = new CountDownLatch(1);
        wiring().refreshBundles(List.of(bundle), event -> refreshed.countDown());
        assertTrue("bundles are refreshed", refreshed.await(60, TimeUnit.SECONDS));
    }

    private FrameworkWiring wiring() {
        return context.getBundle(0).adapt(FrameworkWiring.class);
    }

    private static boolean ours(Bundle bundle) {
        return bundle.getSymbolicName().startsWith("org.viommu.");
    }

    private Bundle bundle(String name) throws BundleException {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new BundleException(name + " is not installed"));
    }

    private Set<String> bundles(Predicate<Bundle> which) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName() != null)
                .filter(which)
                .map(Bundle::getSymbolicName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
