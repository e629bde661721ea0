// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import java.io.IOException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.mapping.MappingStore;

/** Exchanges the device's store as an operator does: by stopping and starting the bundle that provides it. */
final class StoreExchange {
    private static final long PATIENCE_MILLIS = 120_000;
    private static final long POLL_MILLIS = 2;

    private final Bundle provider;
    private final IommuStatus status;

    /**
     * Finds the bundle.
     *
     * @throws IOException if no store is there
     */
    StoreExchange(BundleContext context, IommuStatus status) throws IOException {
        ServiceReference<MappingStore> reference = context.getServiceReference(MappingStore.class);
        if (reference == null) {
            throw new IOException("no bundle provides a mapping store");
        }
        this.provider = reference.getBundle();
        this.status = status;
    }

    /**
     * Stops the bundle if it runs, starts it if it does not, and waits until the device has moved.
     *
     * @return the device's state after the move
     * @throws IOException if the bundle cannot be stopped or started, or the device does not move
     */
    IommuSnapshot exchange() throws IOException, InterruptedException {
        long swaps = status.snapshot().store().swaps();
        try {
            if (provider.getState() == Bundle.ACTIVE) {
                provider.stop(Bundle.STOP_TRANSIENT);
            } else {
                provider.start(Bundle.START_TRANSIENT);
            }
        } catch (BundleException e) {
            throw new IOException("bundle " + provider.getSymbolicName() + ": " + e.getMessage(), e);
        }
        for (long waited = 0; waited < PATIENCE_MILLIS; waited += POLL_MILLIS) {
            IommuSnapshot now = status.snapshot();
            if (now.store().swaps() > swaps && now.store().movingTo().isEmpty()) {
                return now;
            }
            Thread.sleep(POLL_MILLIS);
        }
        throw new IOException("the device has not moved to another store within " + PATIENCE_MILLIS / 1000 + " s: "
                + status.snapshot().store());
    }
}
