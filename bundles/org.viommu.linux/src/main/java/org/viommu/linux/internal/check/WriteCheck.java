// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.io.IOException;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestDisk;
import org.viommu.linux.internal.guest.GuestGone;

/** What the host has on the disk after the guest wrote is what the guest wrote. */
public final class WriteCheck implements Check {
    private final Guest guest;
    private final GuestDisk disk;

    public WriteCheck(Guest guest, GuestDisk disk) {
        this.guest = guest;
        this.disk = disk;
    }

    @Override
    public String name() {
        return "disk write";
    }

    @Override
    public Outcome run() throws GuestGone, IOException, InterruptedException {
        if (disk.readOnly()) {
            return Outcome.skip("the disk is read-only; --writable lets the checks overwrite parts of it");
        }
        Answer answer = guest.ask("write", disk.write().first(), disk.write().count());
        return Checksums.compare(answer, disk, disk.write(), "written");
    }
}
