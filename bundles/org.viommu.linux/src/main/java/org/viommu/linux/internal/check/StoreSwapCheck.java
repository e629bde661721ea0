// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestDisk;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.platform.StoreSwitch;

/** The mapping store is exchanged again and again under a guest that uses its disk without a pause; nothing is lost. */
public final class StoreSwapCheck implements Check {
    private static final int ROUND_TRIPS = 5;

    /** Every look costs the guest time that it needs for its rounds. */
    private static final int MILLIS_BETWEEN_LOOKS = 200;

    private final Guest guest;
    private final GuestDisk disk;
    private final StoreSwitch stores;

    public StoreSwapCheck(Guest guest, GuestDisk disk, StoreSwitch stores) {
        this.guest = guest;
        this.disk = disk;
        this.stores = stores;
    }

    @Override
    public String name() {
        return "store swap";
    }

    @Override
    public Outcome run() throws GuestGone, InterruptedException {
        Answer started = guest.ask(
                "churn-start",
                disk.churnRead().first(),
                disk.churnRead().count(),
                disk.churnWrite().first(),
                disk.churnWrite().count());
        if (!started.isOk()) {
            return Outcome.fail("%s", started);
        }
        long swapsBefore = stores.swaps();
        try {
            for (int i = 0; i < ROUND_TRIPS; i++) {
                awaitRound();
                stores.takeAway(guest.liveness());
                awaitRound();
                stores.bringBack(guest.liveness());
            }
            awaitRound();
        } finally {
            stores.restore();
        }
        long swaps = stores.swaps() - swapsBefore;
        Answer ended = guest.ask("churn-stop");
        if (!ended.isOk() || ended.count("mismatches") != 0) {
            return Outcome.fail("after %d swaps: %s", swaps, ended);
        }
        if (swaps < 2 * ROUND_TRIPS) {
            return Outcome.fail("%d swaps instead of %d", swaps, 2 * ROUND_TRIPS);
        }
        return Outcome.pass(
                "%d swaps (%s) during %d rounds of disk I/O, every checksum equal",
                swaps, stores.description(), ended.count("rounds"));
    }

    /** Waits until the guest has begun and ended a round after now. */
    private void awaitRound() throws GuestGone, InterruptedException {
        long target = rounds() + 2;
        while (rounds() < target) {
            guest.liveness().check();
            Thread.sleep(MILLIS_BETWEEN_LOOKS);
        }
    }

    private long rounds() throws GuestGone, InterruptedException {
        return guest.ask("churn-count").count("rounds");
    }
}
