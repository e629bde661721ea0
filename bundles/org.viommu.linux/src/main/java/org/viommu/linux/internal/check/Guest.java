// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.Console;
import org.viommu.linux.internal.guest.GuestAgent;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.guest.Liveness;

/**
 * The guest as the checks see it.
 *
 * @param agent takes requests
 * @param console what the kernel says
 * @param liveness whether to wait on
 */
public record Guest(GuestAgent agent, Console console, Liveness liveness) {
    /** Lets the guest do something; see {@code /init} for what it understands. */
    public Answer ask(Object... request) throws GuestGone, InterruptedException {
        return agent.ask(liveness, request);
    }
}
