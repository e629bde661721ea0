// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.traffic;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** A bundle with which everything is done that a framework can do, and of which nothing must stay. */
public final class ExchangedBundle {
    private final BundleContext context;
    private final String location;
    private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    private Bundle bundle;

    /** Takes a bundle that is installed. */
    public ExchangedBundle(BundleContext context, String symbolicName) {
        this.context = context;
        bundle = find(symbolicName);
        location = bundle.getLocation();
        noteClassLoader();
    }

    /** Installs a bundle and does not start it. */
    public ExchangedBundle(BundleContext context, URI jar) throws BundleException {
        this.context = context;
        location = jar.toString();
        bundle = context.installBundle(location);
    }

    public void start() throws BundleException {
        bundle.start();
    }

    public void stop() throws BundleException {
        bundle.stop();
    }

    /** Updates the bundle to what it is; what it was stays wired to others until a refresh. */
    public void update() throws BundleException, IOException {
        noteClassLoader();
        try (InputStream jar =
                URI.create(location.replaceFirst("^reference:", "")).toURL().openStream()) {
            bundle.update(jar);
        }
    }

    /** Gives the bundle a new class loader, and those that use its packages too. */
    public void refresh() throws InterruptedException {
        noteClassLoader();
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(0)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle), event -> refreshed.countDown());
        if (!refreshed.await(Waiting.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError(location + " is not refreshed");
        }
    }

    public void uninstall() throws BundleException, InterruptedException {
        noteClassLoader();
        bundle.uninstall();
        refresh();
    }

    public void install() throws BundleException {
        bundle = context.installBundle(location);
    }

    /** Returns when the class loaders of all that the bundle has been are gone, but for the present one. */
    public void awaitCollected() throws InterruptedException {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        ClassLoader present = wiring == null ? null : wiring.getClassLoader();
        Waiting.until(() -> "former class loaders of " + location + " are collected", () -> {
            System.gc();
            return loaders.stream().map(WeakReference::get).allMatch(loader -> loader == null || loader == present);
        });
    }

    /** How many class loaders the bundle has had. */
    public int classLoaders() {
        return loaders.size();
    }

    private void noteClassLoader() {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        if (wiring != null
                && wiring.getClassLoader() != null
                && loaders.stream().noneMatch(known -> known.refersTo(wiring.getClassLoader()))) {
            loaders.add(new WeakReference<>(wiring.getClassLoader()));
        }
    }

    private Bundle find(String symbolicName) {
        for (Bundle installed : context.getBundles()) {
            if (symbolicName.equals(installed.getSymbolicName())) {
                return installed;
            }
        }
        throw new AssertionError(symbolicName + " is not installed");
    }
}
