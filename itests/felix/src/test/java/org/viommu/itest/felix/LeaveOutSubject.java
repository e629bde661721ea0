// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.viommu.itest.traffic.Waiting;
import org.viommu.itest.traffic.WorkingGuest;

/**
 * Lives in a platform from which it takes each bundle that neither the device nor this one stands on: alone, so that all others are there, and at last all of
 * them together. A guest works meanwhile, whose device must not notice. Says each bundle that was taken away.
 */
public final class LeaveOutSubject implements BundleActivator {
    /** Before each name: the framework complains in between, of what does not start without the bundle. */
    static final String SAID = "works without ";

    private static final String DEVICE = "org.viommu.iommu";

    private BundleContext context;

    @Override
    public void start(BundleContext started) {
        context = started;
        ToIntFunction<List<String>> command = this::run;
        context.registerService(
                ToIntFunction.class,
                command,
                new Hashtable<>(Map.of("viommu.command", "leave-out", "viommu.description", "leaves out bundles")));
    }

    @Override
    public void stop(BundleContext stopped) {
        // Nothing is left to stop: the command has returned.
    }

    private int run(List<String> arguments) {
        try {
            ServiceTracker<ConfigurationAdmin, ?> admin = new ServiceTracker<>(context, ConfigurationAdmin.class, null);
            admin.open();
            WorkingGuest guest =
                    new WorkingGuest(context, (ConfigurationAdmin) admin.waitForService(Waiting.PATIENCE_MILLIS));
            guest.proceed();
            leaveOut(guest);
            guest.end();
            guest.powerOff();
            return 0;
        } catch (Exception | AssertionError e) {
            e.printStackTrace();
            return 1;
        }
    }

    private void leaveOut(WorkingGuest guest) throws Exception {
        List<Bundle> active =
                bundles().filter(it -> it.getState() == Bundle.ACTIVE).toList();
        List<String> optional =
                bundles().filter(this::isOptional).map(Bundle::getLocation).toList();
        for (String location : optional) {
            String name = context.getBundle(location).getSymbolicName();
            uninstall(List.of(location));
            guest.proceed();
            guest.compare();
            System.out.println(SAID + name);
            context.installBundle(location);
            startAgain(active);
            guest.proceed();
        }
        uninstall(optional);
        guest.proceed();
        guest.compare();
    }

    private Stream<Bundle> bundles() {
        return Stream.of(context.getBundles());
    }

    /** Whether nothing of use here has a wire to it, directly or through others. */
    private boolean isOptional(Bundle bundle) {
        return wiring().getDependencyClosure(List.of(bundle)).stream()
                .noneMatch(it -> it == context.getBundle() || DEVICE.equals(it.getSymbolicName()));
    }

    private void uninstall(List<String> locations) throws BundleException, InterruptedException {
        for (String location : locations) {
            context.getBundle(location).uninstall();
        }
        CountDownLatch refreshed = new CountDownLatch(1);
        wiring().refreshBundles(null, event -> refreshed.countDown());
        if (!refreshed.await(Waiting.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError(locations + ": not refreshed");
        }
    }

    /** The bundle that is back, and those that stand on it. */
    private void startAgain(List<Bundle> active) throws BundleException {
        for (Bundle bundle : active) {
            context.getBundle(bundle.getLocation()).start();
        }
    }

    private FrameworkWiring wiring() {
        return context.getBundle(0).adapt(FrameworkWiring.class);
    }
}
