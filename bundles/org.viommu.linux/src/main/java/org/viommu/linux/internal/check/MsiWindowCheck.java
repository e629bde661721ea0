// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.List;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestGone;

/** The driver has learnt by PROBE where message-signalled interrupts go, and knows no other such window. */
public final class MsiWindowCheck implements Check {
    private final Guest guest;
    private final List<String> endpoints;
    private final String window;

    /**
     * @param endpoints PCI addresses as Linux writes them
     * @param window its first and last address, as Linux writes them in hexadecimal, divided by a dash
     */
    public MsiWindowCheck(Guest guest, List<String> endpoints, String window) {
        this.guest = guest;
        this.endpoints = List.copyOf(endpoints);
        this.window = window;
    }

    @Override
    public String name() {
        return "MSI window";
    }

    @Override
    public Outcome run() throws GuestGone, InterruptedException {
        for (String endpoint : endpoints) {
            Answer answer = guest.ask("msi-window", endpoint);
            if (!answer.isOk() || !answer.get("windows").equals(window)) {
                return Outcome.fail("%s should have %s: %s", endpoint, window, answer);
            }
        }
        return Outcome.pass("PROBE told the driver of %s", window);
    }
}
