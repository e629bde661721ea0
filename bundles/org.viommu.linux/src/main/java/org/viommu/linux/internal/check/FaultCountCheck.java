// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.List;
import org.viommu.linux.internal.guest.Fault;

/** The guest's kernel saw the fault that was provoked and no other; comes last. */
public final class FaultCountCheck implements Check {
    private final Guest guest;

    public FaultCountCheck(Guest guest) {
        this.guest = guest;
    }

    @Override
    public String name() {
        return "no other fault";
    }

    @Override
    public Outcome run() {
        List<Fault> faults = guest.console().faults();
        if (faults.size() == 1) {
            return Outcome.pass("the one that was provoked is the only one in the guest's log");
        }
        return Outcome.fail(
                "%d faults in the guest's log: %s",
                faults.size(), faults.stream().map(Fault::line).toList());
    }
}
