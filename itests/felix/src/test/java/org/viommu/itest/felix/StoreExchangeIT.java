// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
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
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.ExchangedBundle;
import org.viommu.itest.traffic.Waiting;
import org.viommu.itest.traffic.WorkingGuest;
import org.viommu.mapping.MappingStore;

/** The bundle of a mapping store goes and comes back while requests and DMA run: nothing is lost, and the device stays the same. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class StoreExchangeIT {
    /** For each way of exchanging. */
    private static final int SWAPS = 100;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private ExchangedBundle radix;
    private ExchangedBundle tree;
    private WorkingGuest guest;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void boot() throws Exception {
        radix = new ExchangedBundle(context, "org.viommu.mapping.radix");
        tree = new ExchangedBundle(context, "org.viommu.mapping.tree");
        guest = new WorkingGuest(context, configurations);
        guest.awaitStore("radix");
    }

    @After
    public void powerOff() throws Exception {
        guest.powerOff();
    }

    @Test
    public void a_store_bundle_that_stops_and_starts_loses_nothing() throws Exception {
        exchangeUnderLoad(() -> {
            radix.stop();
            guest.awaitStore("tree");
            radix.start();
            guest.awaitStore("radix");
        });
    }

    @Test
    public void a_store_bundle_that_is_uninstalled_and_installed_again_loses_nothing() throws Exception {
        exchangeUnderLoad(() -> {
            radix.uninstall();
            guest.awaitStore("tree");
            radix.install();
            radix.start();
            guest.awaitStore("radix");
        });
        assertCollected();
    }

    @Test
    public void a_store_bundle_that_is_updated_and_refreshed_loses_nothing() throws Exception {
        exchangeUnderLoad(() -> {
            long swaps = guest.store().swaps();
            radix.update();
            radix.refresh();
            Waiting.until(
                    () -> "two moves: " + guest.store(), () -> guest.store().swaps() >= swaps + 2);
            guest.awaitStore("radix");
        });
        assertCollected();
    }

    @Test
    public void without_any_store_bundle_the_resident_store_has_all() throws Exception {
        exchangeUnderLoad(() -> {
            tree.stop();
            radix.stop();
            guest.awaitStore("resident");
            radix.start();
            guest.awaitStore("radix");
            tree.start();
        });
    }

    @Test
    public void another_target_filter_moves_the_device() throws Exception {
        exchangeUnderLoad(() -> {
            guest.admit("(" + MappingStore.NAME + "=tree)");
            guest.awaitStore("tree");
            guest.admit("(" + MappingStore.NAME + "=none)");
            guest.awaitStore("resident");
            guest.admit("(" + MappingStore.NAME + "=*)");
            guest.awaitStore("radix");
        });
    }

    private void exchangeUnderLoad(WorkingGuest.Operation exchange) throws Exception {
        long swaps = guest.store().swaps();
        while (guest.store().swaps() < swaps + SWAPS) {
            guest.proceed();
            exchange.run();
            guest.proceed();
        }
        guest.end();
        assertEquals("", guest.store().problem());
    }

    /** The class loaders of bundles that are gone are gone too. */
    private void assertCollected() throws InterruptedException {
        assertTrue("class loaders", radix.classLoaders() >= SWAPS / 2);
        radix.awaitCollected();
    }
}
