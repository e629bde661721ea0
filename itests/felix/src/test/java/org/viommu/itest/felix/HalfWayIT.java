// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
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
import org.viommu.itest.traffic.Checkpoint;
import org.viommu.itest.traffic.ExchangedBundle;
import org.viommu.itest.traffic.Waiting;
import org.viommu.itest.traffic.WorkingGuest;

/**
 * Something is done to a bundle while its store is being filled or left, in the middle of the copy: requests and DMA go on, every mapping is as promised
 * afterwards, the device stays the same and says what happened.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class HalfWayIT {
    /** Of the 20,000 that the guest keeps. */
    private static final int HALF_WAY = 8_000;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private ExchangedBundle radix;
    private ExchangedBundle tree;
    private ExchangedBundle waiting;
    private WorkingGuest guest;

    /** Moves before the operation. */
    private long swaps;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void boot() throws Exception {
        radix = new ExchangedBundle(context, "org.viommu.mapping.radix");
        tree = new ExchangedBundle(context, "org.viommu.mapping.tree");
        waiting = new ExchangedBundle(
                context, Path.of(System.getProperty("viommu.store")).toUri());
        guest = new WorkingGuest(context, configurations);
        guest.awaitStore("radix");
    }

    @After
    public void powerOff() throws Exception {
        guest.powerOff();
        waiting.uninstall();
    }

    @Test
    public void a_new_store_whose_bundle_is_stopped_half_way_is_dropped() throws Exception {
        halfWay(waiting::stop);
        stays();
    }

    @Test
    public void a_new_store_whose_bundle_is_uninstalled_half_way_is_dropped() throws Exception {
        halfWay(waiting::uninstall);
        stays();
        waiting.awaitCollected();
        waiting.install();
    }

    @Test
    public void a_new_store_whose_bundle_is_updated_half_way_comes_again() throws Exception {
        halfWay(waiting::update);
        arrives();
    }

    @Test
    public void a_new_store_whose_bundle_is_refreshed_half_way_comes_again() throws Exception {
        halfWay(waiting::refresh);
        arrives();
    }

    @Test
    public void an_old_store_whose_bundle_is_stopped_half_way_is_held_until_it_is_left() throws Exception {
        halfWay(radix::stop);
        arrives();
        radix.start();
    }

    @Test
    public void an_old_store_whose_bundle_is_uninstalled_half_way_is_held_until_it_is_left() throws Exception {
        halfWay(radix::uninstall);
        arrives();
        radix.awaitCollected();
        radix.install();
        radix.start();
    }

    @Test
    public void an_old_store_whose_bundle_is_updated_half_way_is_held_until_it_is_left() throws Exception {
        halfWay(radix::update);
        arrives();
    }

    @Test
    public void an_old_store_whose_bundle_is_refreshed_half_way_is_held_until_it_is_left() throws Exception {
        halfWay(radix::refresh);
        arrives();
    }

    @Test
    public void when_all_stores_stop_half_way_the_resident_store_has_all() throws Exception {
        tree.stop();
        halfWay(() -> {
            FutureTask<Void> old = start(() -> {
                radix.stop();
                return null;
            });
            waiting.stop();
            old.get();
        });
        guest.proceedWith("resident");
        guest.compare();
        radix.start();
        tree.start();
        guest.proceedWith("radix");
        guest.end();
    }

    @Test
    public void another_exchange_that_is_ordered_half_way_comes_about_instead() throws Exception {
        halfWay(() -> guest.admit("(viommu.store=tree)"));
        guest.proceedWith("tree");
        guest.compare();
        guest.admit("(viommu.store=radix)");
        guest.proceedWith("radix");
        guest.end();
        waiting.stop();
    }

    /** Does something that takes as long as the copy, and lets the copy go on when the guest has gone on. */
    private void halfWay(WorkingGuest.Operation operation) throws Exception {
        swaps = guest.store().swaps();
        FutureTask<Void> operating = new FutureTask<>(() -> {
            operation.run();
            return null;
        });
        try (Checkpoint checkpoint = Checkpoint.after(HALF_WAY)) {
            waiting.start();
            checkpoint.awaitReached();
            assertEquals("waiting", guest.store().movingTo());
            Thread thread = new Thread(operating, "operator");
            thread.start();
            Waiting.until(
                    () -> "the operation is held, or over",
                    () -> operating.isDone() || thread.getState() == Thread.State.TIMED_WAITING);
            guest.proceed();
            assertEquals("swaps before the copy goes on", swaps, guest.store().swaps());
        }
        operating.get();
    }

    /** The device has stayed where it was, and the store is welcome again. */
    private void stays() throws Exception {
        guest.compareWith("radix");
        assertEquals("", guest.store().problem());
        assertEquals("moves", swaps, guest.store().swaps());
    }

    private void arrives() throws Exception {
        guest.proceedWith("waiting");
        guest.compare();
        assertEquals("", guest.store().problem());
        waiting.stop();
        Waiting.until(
                () -> "left: " + guest.store(), () -> !guest.store().name().equals("waiting"));
        guest.end();
    }

    private static FutureTask<Void> start(Callable<Void> operation) {
        FutureTask<Void> task = new FutureTask<>(operation);
        new Thread(task, "another operator").start();
        return task;
    }
}
