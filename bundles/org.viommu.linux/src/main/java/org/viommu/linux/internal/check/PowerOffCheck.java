// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.function.BooleanSupplier;
import org.viommu.linux.internal.guest.GuestGone;

/** The guest takes its drivers down and powers off; nothing is left to check after it. */
public final class PowerOffCheck implements Check {
    private final Guest guest;
    private final BooleanSupplier ended;

    /** @param ended whether the virtual machine is off */
    public PowerOffCheck(Guest guest, BooleanSupplier ended) {
        this.guest = guest;
        this.ended = ended;
    }

    @Override
    public String name() {
        return "power off";
    }

    @Override
    public Outcome run() throws GuestGone, InterruptedException {
        guest.agent().send("poweroff");
        try {
            guest.liveness().await(ended);
        } catch (GuestGone e) {
            // It may have gone between two looks, and this time that is what it should do.
            if (!ended.getAsBoolean()) {
                throw e;
            }
        }
        return guest.console()
                .panic()
                .map(panic -> Outcome.fail("%s", panic))
                .orElseGet(() -> Outcome.pass("the guest powered off"));
    }
}
