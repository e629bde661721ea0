// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import javax.inject.Inject;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.SessionFactory;
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
import org.viommu.itest.traffic.ExchangedBundle;
import org.viommu.itest.traffic.WorkingGuest;

/** What an operator does in Karaf while a guest works: nothing is lost, and the device stays the same. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class LiveStoreIT {
    private static final String STORE = "viommu-mapping-radix";
    private static final String STORE_BUNDLE = "org.viommu.mapping.radix";
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

    /** Before these are there, no class that knows our types can be loaded: no method, field or lambda here may name one. */
    @Before
    public void installDevice() throws Exception {
        Archive.awaitDeployed(context, features);
        features.installFeature("viommu-core");
        features.installFeature("viommu-driver");
        context.installBundle(System.getProperty("viommu.traffic")).start();
    }

    @Test
    public void the_commands_work_in_karafs_console() throws Exception {
        Administrator console = new Administrator(sessions);
        features.installFeature("viommu-shell");
        features.installFeature(STORE);
        WorkingGuest guest = new WorkingGuest(context, configurations);
        try {
            guest.proceedWith("radix");
            assertContains(console.type("viommu:status"), "iommu0", "radix");
            assertContains(console.type("viommu:domains --json"), "\"domain\":5");
            assertContains(console.type("viommu:mappings --help"), "--limit", "DOMAIN", "--json");
            assertContains(console.type("viommu:stores | grep resident"), "org.viommu.iommu");
            assertContains(console.type("viommu:queue-status"), "no device is offered");
            assertEquals(
                    List.of("--device", "--from", "--json", "--limit", "--to"), offered(console, "viommu:mappings --"));
            assertEquals(List.of("it/iommu0"), offered(console, "viommu:mappings --json -d "));
            assertEquals(List.of("radix", "resident"), offered(console, "viommu:swap r"));
            assertContains(console.type("viommu:complete swap -d ''"), "it/iommu0");
            console.type("viommu:swap resident");
            guest.proceedWith("resident");
            assertContains(console.type("viommu:status"), "iommu0", "resident");
            guest.end();
        } finally {
            guest.powerOff();
            features.uninstallFeature(STORE);
        }
    }

    @Test
    public void a_store_feature_that_is_installed_and_uninstalled_loses_nothing() throws Exception {
        WorkingGuest guest = new WorkingGuest(context, configurations);
        List<ExchangedBundle> former = new ArrayList<>();
        try {
            for (int exchange = 0; exchange < EXCHANGES; exchange += 2) {
                features.installFeature(STORE);
                guest.proceedWith("radix");
                former.add(new ExchangedBundle(context, STORE_BUNDLE));
                features.uninstallFeature(STORE);
                guest.proceedWith("resident");
            }
            guest.end();
            for (ExchangedBundle bundle : former) {
                bundle.awaitCollected();
            }
        } finally {
            guest.powerOff();
        }
    }

    @Test
    public void stores_come_and_go_as_an_administrator_types() throws Exception {
        Administrator console = new Administrator(sessions);
        WorkingGuest guest = new WorkingGuest(context, configurations);
        try {
            console.type("feature:install viommu-shell viommu-mapping-radix viommu-mapping-tree");
            guest.proceedWith("radix");
            console.type("viommu:swap tree");
            guest.compareWith("tree");
            console.type("viommu:swap best");
            guest.compareWith("radix");
            console.type("feature:uninstall viommu-mapping-radix");
            guest.compareWith("tree");
            console.type("feature:uninstall viommu-mapping-tree");
            guest.compareWith("resident");
            assertContains(console.type("viommu:status"), "it/iommu0", "resident");
            guest.end();
        } finally {
            guest.powerOff();
        }
    }

    @Test
    public void a_store_bundle_with_which_everything_is_done_loses_nothing() throws Exception {
        features.installFeature(STORE);
        ExchangedBundle store = new ExchangedBundle(context, STORE_BUNDLE);
        WorkingGuest guest = new WorkingGuest(context, configurations);
        try {
            guest.awaitStore("radix");
            long begin = guest.store().swaps();
            while (guest.store().swaps() < begin + EXCHANGES) {
                store.stop();
                guest.proceedWith("resident");
                store.start();
                guest.proceedWith("radix");
                guest.moveAwayAndBack(store::update);
                guest.moveAwayAndBack(store::refresh);
                store.uninstall();
                guest.proceedWith("resident");
                store.install();
                store.start();
                guest.proceedWith("radix");
            }
            guest.end();
            store.awaitCollected();
        } finally {
            guest.powerOff();
            features.uninstallFeature(STORE);
        }
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

    /** Without what Karaf offers for any command. */
    private static List<String> offered(Administrator console, String line) {
        return console.complete(line).stream().map(String::trim).sorted().toList();
    }

    private static void assertContains(String text, String... parts) {
        for (String part : parts) {
            assertTrue(part + " in " + text, text.contains(part));
        }
    }
}
