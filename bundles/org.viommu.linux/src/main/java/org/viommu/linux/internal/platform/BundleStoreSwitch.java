// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.guest.Liveness;

/**
 * Stops and starts the bundles of mapping stores, as an operator would; the IOMMU does the rest by itself. At first the preferred store goes, so that the next one
 * takes over, then the first two, and so on, until in the end only the IOMMU's resident store is left; then it begins again.
 */
final class BundleStoreSwitch implements StoreSwitch {
    private static final Logger LOG = LoggerFactory.getLogger(BundleStoreSwitch.class);
    private static final double NANOS_PER_MILLI = 1e6;

    private final List<Bundle> bundles;
    private final IommuStatus iommu;
    private final Set<String> names = new LinkedHashSet<>();
    private int taken;
    private long longestPause;

    /**
     * Does nothing yet.
     *
     * @param bundles the ones that offer stores, at least one, the preferred one first
     * @param iommu the one that uses them
     */
    BundleStoreSwitch(List<Bundle> bundles, IommuStatus iommu) {
        this.bundles = bundles;
        this.iommu = iommu;
        names.add(current());
    }

    @Override
    public long swaps() {
        return iommu.snapshot().store().swaps();
    }

    @Override
    public String description() {
        return String.format(
                Locale.ROOT,
                "%s in turn, requests waited %.1f ms at most",
                String.join(", ", names),
                longestPause / NANOS_PER_MILLI);
    }

    @Override
    public void takeAway(Liveness liveness) throws GuestGone, InterruptedException {
        taken = taken % bundles.size() + 1;
        String before = current();
        // The one in use last: there is one move only, to what is left.
        for (int i = taken - 1; i >= 0; i--) {
            try {
                bundles.get(i).stop(Bundle.STOP_TRANSIENT);
            } catch (BundleException e) {
                throw new GuestGone(
                        "bundle %s does not stop: %s".formatted(bundles.get(i).getSymbolicName(), e.getMessage()));
            }
        }
        awaitMove(before, liveness);
    }

    @Override
    public void bringBack(Liveness liveness) throws GuestGone, InterruptedException {
        for (int i = taken - 1; i >= 0; i--) {
            String before = current();
            try {
                bundles.get(i).start(Bundle.START_TRANSIENT);
            } catch (BundleException e) {
                throw new GuestGone(
                        "bundle %s does not start: %s".formatted(bundles.get(i).getSymbolicName(), e.getMessage()));
            }
            awaitMove(before, liveness);
        }
    }

    @Override
    public void restore() {
        for (Bundle bundle : bundles) {
            try {
                bundle.start(Bundle.START_TRANSIENT);
            } catch (BundleException | IllegalStateException e) {
                LOG.warn("bundle {} stays stopped: {}", bundle.getSymbolicName(), e.toString());
            }
        }
    }

    private void awaitMove(String before, Liveness liveness) throws GuestGone, InterruptedException {
        liveness.await(() -> isSettled() && !current().equals(before));
        names.add(current());
        notePause();
    }

    private void notePause() {
        longestPause = Math.max(longestPause, iommu.snapshot().store().lastPauseNanos());
    }

    private boolean isSettled() {
        IommuSnapshot.Store store = iommu.snapshot().store();
        return store.movingTo().isEmpty();
    }

    private String current() {
        return iommu.snapshot().store().name();
    }
}
