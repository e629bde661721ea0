// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
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
import org.osgi.service.cm.ConfigurationAdmin;

/** What an operator does in Karaf while a guest works: nothing is lost, and the device stays the same. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class LiveStoreIT {
    private static final String STORE = "viommu-mapping-radix";
    private static final int EXCHANGES = 100;

    @Inject
    private BundleContext context;

    @Inject
    private FeaturesService features;

    @Inject
    private ConfigurationAdmin configurations;

    @Inject
    private SessionFactory sessions;

    @Configuration
    public Option[] karaf() {
        return new Option[] {KarafContainer.installed()};
    }

    /** Before these are there, no class that knows our types can be loaded; hence {@link WorkingGuest}. */
    @Before
    public void installDevice() throws Exception {
        Archive.awaitDeployed(features);
        features.installFeature("viommu-core");
        features.installFeature("viommu-driver");
        context.installBundle(System.getProperty("viommu.traffic")).start();
    }

    @Test
    public void the_commands_work_in_karafs_console() throws Exception {
        features.installFeature("viommu-shell");
        features.installFeature(STORE);
        WorkingGuest guest = new WorkingGuest(context, configurations);
        try {
            guest.proceedWith("radix");
            assertContains(execute("viommu:status"), "iommu0", "radix");
            assertContains(execute("viommu:domains --json"), "\"domain\":5");
            assertContains(execute("viommu:mappings --help"), "--limit", "DOMAIN", "--json");
            assertContains(execute("viommu:stores | grep resident"), "org.viommu.iommu");
            assertContains(execute("viommu:queue-status"), "no device is offered");
            execute("viommu:swap resident");
            guest.proceedWith("resident");
            assertContains(execute("viommu:status"), "iommu0", "resident");
            guest.compare();
        } finally {
            guest.powerOff();
            features.uninstallFeature(STORE);
        }
    }

    @Test
    public void a_store_feature_that_is_installed_and_uninstalled_loses_nothing() throws Exception {
        WorkingGuest guest = new WorkingGuest(context, configurations);
        try {
            for (int exchange = 0; exchange < EXCHANGES; exchange += 2) {
                features.installFeature(STORE);
                guest.proceedWith("radix");
                features.uninstallFeature(STORE);
                guest.proceedWith("resident");
            }
            guest.compare();
        } finally {
            guest.powerOff();
        }
    }

    @Test
    public void a_store_is_swapped_by_what_an_operator_types() throws Exception {
        WorkingGuest guest = new WorkingGuest(context, configurations);
        try {
            guest.proceedWith("resident");
            execute("feature:install viommu-mapping-tree");
            guest.proceedWith("tree");
            execute("feature:install " + STORE);
            guest.proceedWith("radix");
            Bundle stranger = context.installBundle(System.getProperty("viommu.example"));
            stranger.start();
            guest.proceedWith("skiplist");
            stranger.uninstall();
            guest.proceedWith("radix");
            execute("feature:uninstall " + STORE);
            guest.proceedWith("tree");
            execute("feature:uninstall viommu-mapping-tree");
            guest.proceedWith("resident");
            guest.compare();
        } finally {
            guest.powerOff();
        }
    }

    @Test
    public void what_has_worked_is_uninstalled_without_a_trace() throws Exception {
        WorkingGuest guest = new WorkingGuest(context, configurations);
        guest.compare();
        guest.powerOff();
        context.installBundle(System.getProperty("viommu.traffic")).uninstall();
        for (Feature feature : features.listInstalledFeatures()) {
            if (feature.getName().startsWith("viommu")) {
                features.uninstallFeature(feature.getName());
            }
        }
        assertEquals(
                List.of(),
                Stream.of(context.getBundles())
                        .map(bundle -> String.valueOf(bundle.getSymbolicName()))
                        .filter(name -> name.startsWith("org.viommu."))
                        .toList());
        assertEquals(
                List.of(),
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("viommu-"))
                        .toList());
    }

    @Test
    public void the_drivers_service_comes_and_goes_with_its_device() throws Exception {
        ReachedDevice device = new ReachedDevice(context, configurations);
        try {
            device.drive();
        } finally {
            device.powerOff();
        }
    }

    private String execute(String command) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            Session session = sessions.create(InputStream.nullInputStream(), out, out);
            Object result = session.execute(command);
            session.close();
            return bytes.toString(StandardCharsets.UTF_8) + result;
        }
    }

    private static void assertContains(String text, String... parts) {
        for (String part : parts) {
            assertTrue(part + " in " + text, text.contains(part));
        }
    }
}
