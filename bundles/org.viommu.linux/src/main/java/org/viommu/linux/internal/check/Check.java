// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.io.IOException;
import org.viommu.linux.internal.guest.GuestGone;

/** One thing that a guest behind the IOMMU has to show. */
public interface Check {
    /** A word or two that name it in the account of the run. */
    String name();

    /**
     * Performs the check on a guest that is up.
     *
     * @throws GuestGone if the guest ended meanwhile
     * @throws IOException if the host's side of the comparison cannot be read
     */
    Outcome run() throws GuestGone, IOException, InterruptedException;
}
