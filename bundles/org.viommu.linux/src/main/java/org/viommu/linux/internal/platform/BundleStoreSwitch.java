// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.util.Locale;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.guest.Liveness;

/** Stops and starts the bundle of the mapping store in use, as an operator would; the IOMMU does the rest by itself. */
final class BundleStoreSwitch implements StoreSwitch {
    private static final Logger LOG = LoggerFactory.getLogger(BundleStoreSwitch.class);
    private static final double NANOS_PER_MILLI = 1e6;

    private final Bundle bundle;
    private final IommuStatus iommu;
    private final String name;
    private String other = "";
    private long longestPause;

    /**
     * Does nothing yet.
     *
     * @param bundle the one that offers the store
     * @param iommu the one that uses it
     */
    BundleStoreSwitch(Bundle bundle, IommuStatus iommu) {
        this.bundle = bundle;
        this.iommu = iommu;
        this.name = iommu.snapshot().store().name();
    }

    @Override
    public long swaps() {
        return iommu.snapshot().store().swaps();
    }

    @Override
    public String description() {
        return String.format(
                Locale.ROOT,
                "%s and %s in turn, requests waited %.1f ms at most",
                name,
                other,
                longestPause / NANOS_PER_MILLI);
    }

    @Override
    public void takeAway(Liveness liveness) throws GuestGone, InterruptedException {
        try {
            bundle.stop(Bundle.STOP_TRANSIENT);
        } catch (BundleException e) {
            throw new GuestGone("bundle %s does not stop: %s".formatted(bundle.getSymbolicName(), e.getMessage()));
        }
        liveness.await(() -> isSettled() && !uses(name));
        other = iommu.snapshot().store().name();
        notePause();
    }

    @Override
    public void bringBack(Liveness liveness) throws GuestGone, InterruptedException {
        try {
            bundle.start(Bundle.START_TRANSIENT);
        } catch (BundleException e) {
            throw new GuestGone("bundle %s does not start: %s".formatted(bundle.getSymbolicName(), e.getMessage()));
        }
        liveness.await(() -> isSettled() && uses(name));
        notePause();
    }

    @Override
    public void restore() {
        try {
            bundle.start(Bundle.START_TRANSIENT);
        } catch (BundleException | IllegalStateException e) {
            LOG.warn("bundle {} stays stopped: {}", bundle.getSymbolicName(), e.toString());
        }
    }

    private void notePause() {
        longestPause = Math.max(longestPause, iommu.snapshot().store().lastPauseNanos());
    }

    private boolean isSettled() {
        IommuSnapshot.Store store = iommu.snapshot().store();
        return store.movingTo().isEmpty();
    }

    private boolean uses(String store) {
        return iommu.snapshot().store().name().equals(store);
    }
}
