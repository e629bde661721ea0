// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.io.IOException;
import java.nio.file.Path;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.platform.HotPlug;
import org.viommu.linux.internal.qemu.Qmp;

/** A disk is plugged into the running guest, works behind the IOMMU, and is taken out again. */
public final class HotPlugCheck implements Check {
    private final Guest guest;
    private final HotPlug slot;
    private final Path monitor;

    /** @param monitor socket of QEMU's monitor */
    public HotPlugCheck(Guest guest, HotPlug slot, Path monitor) {
        this.guest = guest;
        this.slot = slot;
        this.monitor = monitor;
    }

    @Override
    public String name() {
        return "hot-plug";
    }

    @Override
    public Outcome run() throws GuestGone, IOException, InterruptedException {
        try (Qmp qmp = Qmp.connect(monitor, guest.liveness())) {
            slot.plug();
            guest.liveness().await(slot::isServed);
            String complaint = qmp.execute("device_add", slot.device(), guest.liveness());
            if (!complaint.isEmpty()) {
                return Outcome.fail("device_add: %s", complaint);
            }
            Answer used =
                    guest.ask("hot-read", slot.address(), slot.disk().read().count());
            if (!used.isOk()) {
                return Outcome.fail("%s is not usable: %s", slot.address(), used);
            }
            String expected = slot.disk().digest(slot.disk().read());
            if (!used.get("sha256").equals(expected)) {
                return Outcome.fail("%s reads as %s, is %s", slot.address(), used.get("sha256"), expected);
            }
            // Not by device_del: QEMU 11.1.3 fails an assertion whenever a vfio-user function with MSI-X is deleted.
            Answer gone = guest.ask("hot-remove", slot.address());
            if (!gone.isOk()) {
                return Outcome.fail("the guest keeps %s: %s", slot.address(), gone);
            }
            slot.unplug();
            guest.liveness().await(slot::isForgotten);
            return Outcome.pass(
                    "%s came into group %s, read %d MiB with equal SHA-256, and went",
                    slot.address(), used.get("group"), slot.disk().read().bytes() >> 20);
        } catch (CannotRun e) {
            return Outcome.fail("%s", e.getMessage());
        }
    }
}
