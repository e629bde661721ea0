// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.List;
import java.util.function.IntSupplier;
import org.viommu.linux.internal.guest.Fault;

/** The guest's kernel saw the faults that were provoked and no other; comes after whatever may cause one. */
public final class FaultCountCheck implements Check {
    private final Guest guest;
    private final IntSupplier provoked;

    /** @param provoked how many faults were provoked */
    public FaultCountCheck(Guest guest, IntSupplier provoked) {
        this.guest = guest;
        this.provoked = provoked;
    }

    @Override
    public String name() {
        return "no other fault";
    }

    @Override
    public Outcome run() {
        List<Fault> faults = guest.console().faults();
        if (faults.size() == provoked.getAsInt()) {
            return Outcome.pass("%d provoked, %d in the guest's log", provoked.getAsInt(), faults.size());
        }
        return Outcome.fail(
                "%d provoked, %d in the guest's log: %s",
                provoked.getAsInt(),
                faults.size(),
                faults.stream().map(Fault::line).toList());
    }
}
