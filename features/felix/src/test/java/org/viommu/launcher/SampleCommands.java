// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Activator of a bundle that offers one command that returns and one that lasts until the bundle stops. */
public final class SampleCommands implements BundleActivator {
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean lasting;

    @Override
    public void start(BundleContext context) {
        register(context, "count", "counts its arguments", List::size);
        register(context, "last", "lasts until the platform stops", arguments -> last());
    }

    @Override
    public void stop(BundleContext context) {
        if (lasting) {
            System.out.println("stopped");
        }
        stopped.countDown();
    }

    private int last() {
        lasting = true;
        System.out.println("started");
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private static void register(
            BundleContext context, String name, String description, ToIntFunction<List<String>> command) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("viommu.command", name);
        properties.put("viommu.description", description);
        context.registerService(ToIntFunction.class, command, properties);
    }
}
