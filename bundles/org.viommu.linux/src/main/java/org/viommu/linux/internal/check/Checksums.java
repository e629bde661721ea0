// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.io.IOException;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestDisk;
import org.viommu.linux.internal.guest.Region;

/** Compares the guest's checksum of a part of its disk with the host's. */
final class Checksums {
    private Checksums() {}

    static Outcome compare(Answer answer, GuestDisk disk, Region region, String done) throws IOException {
        String ours = disk.digest(region);
        String guests = answer.get("sha256");
        if (!answer.isOk()) {
            return Outcome.fail("%s", answer);
        }
        if (!guests.equals(ours)) {
            return Outcome.fail("%s %s: SHA-256 in the guest %s, on the host %s", region.size(), done, guests, ours);
        }
        return Outcome.pass("%s %s, SHA-256 equal on both sides: %s", region.size(), done, ours);
    }
}
