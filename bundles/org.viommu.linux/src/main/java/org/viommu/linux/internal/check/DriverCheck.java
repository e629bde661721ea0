// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
        List<String> groups = Stream.of(answer.get("groups").split(",")).toList();
        List<String> found = new ArrayList<>();
        for (String endpoint : endpoints) {
            Optional<String> group = groups.stream()
                    .filter(text -> text.startsWith(endpoint + "/"))
                    .findFirst();
            if (group.isEmpty()) {
                return Outcome.fail("%s is in no IOMMU group (groups: %s)", endpoint, answer.get("groups"));
            }
            String[] parts = group.get().split("/");
            found.add("%s in group %s (%s)".formatted(endpoint, parts[1], parts[2]));
        }
        return Outcome.pass("virtio_iommu has %s; %s", answer.get("driver"), String.join(", ", found));
    }
}
