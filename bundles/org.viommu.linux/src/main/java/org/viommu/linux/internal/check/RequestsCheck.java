// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.function.IntSupplier;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.platform.IommuAccount;
import org.viommu.linux.internal.platform.Platform;

/** The IOMMU could answer every request of the guest's driver with OK, and refused the provoked accesses alone. */
public final class RequestsCheck implements Check {
    private static final String DETAIL = "%s; %,d accesses, %,d refused";

    private final Platform platform;
    private final IntSupplier provoked;

    /** @param provoked how many accesses were made that it had to refuse */
    public RequestsCheck(Platform platform, IntSupplier provoked) {
        this.platform = platform;
        this.provoked = provoked;
    }

    @Override
    public String name() {
        return "requests";
    }

    @Override
    public Outcome run() {
        try {
            IommuAccount account = platform.account();
            return account.failed() == 0 && account.refused() == provoked.getAsInt()
                    ? Outcome.pass("all OK: " + DETAIL, account.requests(), account.accesses(), account.refused())
                    : Outcome.fail(
                            "%,d not OK: " + DETAIL,
                            account.failed(),
                            account.requests(),
                            account.accesses(),
                            account.refused());
        } catch (CannotRun e) {
            return Outcome.fail("%s", e.getMessage());
        }
    }
}
