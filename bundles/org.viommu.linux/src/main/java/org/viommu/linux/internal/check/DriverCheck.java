// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestGone;

/** The guest's own virtio_iommu driver has our device, and every endpoint is in a group of it. */
public final class DriverCheck implements Check {
    private final Guest guest;
    private final List<String> endpoints;

    /** @param endpoints PCI addresses as Linux writes them */
    public DriverCheck(Guest guest, List<String> endpoints) {
        this.guest = guest;
        this.endpoints = List.copyOf(endpoints);
    }

    @Override
    public String name() {
        return "driver";
    }

    @Override
    public Outcome run() throws GuestGone, InterruptedException {
        Answer answer = guest.ask("groups");
        if (!answer.isOk()) {
            return Outcome.fail("%s", answer);
        }
        List<String> found = new ArrayList<>();
        for (String endpoint : endpoints) {
            Optional<IommuGroup> group = IommuGroup.of(endpoint, answer);
            if (group.isEmpty()) {
                return Outcome.fail("%s is in no IOMMU group (groups: %s)", endpoint, answer.get("groups"));
            }
            found.add("%s in group %s (%s)"
                    .formatted(endpoint, group.get().number(), group.get().type()));
        }
        return Outcome.pass("virtio_iommu has %s; %s", answer.get("driver"), String.join(", ", found));
    }
}
