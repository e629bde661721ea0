// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestGone;

/**
 * The guest's own virtio_iommu driver has our device, every endpoint is in a group of it, and the rings have the layout
 * that was asked for.
 */
public final class DriverCheck implements Check {
    private final Guest guest;
    private final List<String> endpoints;
    private final boolean packed;

    /**
     * @param endpoints PCI addresses as Linux writes them
     * @param packed whether the drivers of the IOMMU and of every endpoint are to have packed rings, or none is
     */
    public DriverCheck(Guest guest, List<String> endpoints, boolean packed) {
        this.guest = guest;
        this.endpoints = List.copyOf(endpoints);
        this.packed = packed;
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
        List<String> rings = packedRings(answer);
        if (rings.size() != (packed ? endpoints.size() + 1 : 0)) {
            return Outcome.fail("packed rings were %s; they have: %s", packed ? "offered" : "not offered", rings);
        }
        return Outcome.pass(
                "virtio_iommu has %s; %s; %s rings",
                answer.get("driver"), String.join(", ", found), packed ? "packed" : "split");
    }

    /** The devices whose drivers have accepted packed rings. */
    private static List<String> packedRings(Answer answer) {
        return Stream.of(answer.get("packed").split(","))
                .filter(device -> !device.isEmpty())
                .toList();
    }
}
