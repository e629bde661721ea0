// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.platform.IommuAccount;
import org.viommu.linux.internal.platform.Platform;

/** The IOMMU could answer every request of the guest's driver with OK, and refused one access: the provoked one. */
public final class RequestsCheck implements Check {
    private static final String DETAIL = "%s; %,d accesses, %,d refused";

    private final Platform platform;

    public RequestsCheck(Platform platform) {
        this.platform = platform;
    }

    @Override
    public String name() {
        return "requests";
    }

    @Override
    public Outcome run() {
        try {
            IommuAccount account = platform.account();
            return account.failed() == 0 && account.refused() == 1
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
