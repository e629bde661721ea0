// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HexFormat;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.platform.BootTable;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;

/** The table that the guest's kernel has from its firmware says what the platform read from the one that we wrote. */
public final class BootTableCheck implements Check {
    private final Guest guest;
    private final BootTable table;

    /** @param table that the guest booted with */
    public BootTableCheck(Guest guest, BootTable table) {
        this.guest = guest;
        this.table = table;
    }

    @Override
    public String name() {
        return "table";
    }

    @Override
    public Outcome run() throws GuestGone, IOException, InterruptedException {
        Answer answer = guest.ask("table", table.guestPath());
        if (!answer.isOk() || answer.get("hex").isEmpty()) {
            return Outcome.fail("%s: %s", table.guestPath(), answer);
        }
        byte[] read = HexFormat.of().parseHex(answer.get("hex"));
        byte[] written = Files.readAllBytes(table.file());
        try {
            Topology seen = table.reader().read(read);
            Topology meant = table.reader().read(written);
            if (!seen.equals(meant)) {
                return Outcome.fail("the guest's %s says: %s", table.guestPath(), seen);
            }
            return Outcome.pass(
                    "%s read back from the guest has the same %d endpoints, %s",
                    table.guestPath(),
                    seen.endpoints().size(),
                    Arrays.equals(read, written) ? "byte for byte" : "beside what the VMM added");
        } catch (TopologyFormatException e) {
            return Outcome.fail("%s read back from the guest: %s", table.guestPath(), e.getMessage());
        }
    }
}
