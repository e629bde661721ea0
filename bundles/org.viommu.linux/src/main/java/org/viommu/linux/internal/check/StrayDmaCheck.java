// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.Optional;
import org.viommu.linux.internal.guest.Fault;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.platform.StrayWriter;

/** A DMA that the guest never allowed is refused, and the guest's kernel is told. */
public final class StrayDmaCheck implements Check {
    /** Linux hands out addresses from 4 GiB downwards and goes above only when those are used up. */
    private static final long ADDRESS = 0xdead_0000_0000L;

    private static final int LENGTH = 64;

    private final Guest guest;
    private final StrayWriter writer;
    private int provoked;

    public StrayDmaCheck(Guest guest, StrayWriter writer) {
        this.guest = guest;
        this.writer = writer;
    }

    @Override
    public String name() {
        return "stray DMA";
    }

    @Override
    public Outcome run() throws GuestGone, InterruptedException {
        Optional<IommuGroup> group = IommuGroup.of(writer.address(), guest.ask("groups"));
        if (group.isPresent() && !group.get().isTranslated()) {
            return Outcome.skip(
                    "%s may reach all of memory: its group is %s",
                    writer.address(), group.get().type());
        }
        provoked++;
        writer.write(ADDRESS, LENGTH);
        guest.liveness().await(() -> !guest.console().faults().isEmpty());
        Optional<Fault> fault = guest.console().fault(this::isOurs);
        return fault.map(seen -> Outcome.pass("the guest's kernel says: %s", seen.line()))
                .orElseGet(() -> Outcome.fail(
                        "the guest's kernel reports another fault: %s",
                        guest.console().faults().get(0).line()));
    }

    /** How many faults the guest has to see, until now. */
    public int provoked() {
        return provoked;
    }

    private boolean isOurs(Fault fault) {
        return fault.reason().equals("page")
                && fault.endpoint() == writer.endpoint()
                && fault.address().equals(Optional.of(ADDRESS));
    }
}
