// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.io.IOException;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestDisk;
import org.viommu.linux.internal.guest.GuestGone;

/** What the guest reads from its disk is what the host has there. */
public final class ReadCheck implements Check {
    private final Guest guest;
    private final GuestDisk disk;

    public ReadCheck(Guest guest, GuestDisk disk) {
        this.guest = guest;
        this.disk = disk;
    }

    @Override
    public String name() {
        return "disk read";
    }

    @Override
    public Outcome run() throws GuestGone, IOException, InterruptedException {
        Answer answer = guest.ask("read", disk.read().first(), disk.read().count());
        return Checksums.compare(answer, disk, disk.read(), "read");
    }
}
