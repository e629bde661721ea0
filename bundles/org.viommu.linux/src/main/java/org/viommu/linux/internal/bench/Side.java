// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import java.io.IOException;
import java.util.List;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.check.DriverCheck;
import org.viommu.linux.internal.check.Guest;
import org.viommu.linux.internal.check.Outcome;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.platform.DeviceKeys;

/** One of the two that are compared: a guest with its IOMMU. */
final class Side {
    private static final String DISK = "/dev/vda";
    private static final double NANOS_PER_SECOND = 1e9;

    private final String name;
    private final Guest guest;

    /** What the guest's program works on in {@link Workload#MAP}. */
    private final String group;

    private Side(String name, Guest guest, String group) {
        this.name = name;
        this.guest = guest;
        this.group = group;
    }

    /**
     * Waits until a guest is up, and gives its last endpoint to VFIO.
     *
     * @param endpoints PCI addresses of the endpoints behind the IOMMU
     * @param keys of its devices
     * @throws CannotRun if the guest does not have its endpoints behind an IOMMU
     */
    static Side prepare(String name, Guest guest, List<String> endpoints, DeviceKeys keys)
            throws CannotRun, GuestGone, IOException, InterruptedException {
        guest.agent().awaitReady(guest.liveness());
        Outcome driver = new DriverCheck(guest, endpoints, keys.packed()).run();
        if (driver.result() != Outcome.Result.PASS) {
            throw CannotRun.because("%s: %s", name, driver.detail());
        }
        Answer answer = guest.ask("bind", endpoints.get(endpoints.size() - 1));
        if (answer.get("group").isEmpty()) {
            throw CannotRun.because("%s: the guest gives no endpoint to VFIO: %s", name, answer);
        }
        return new Side(name, guest, "/dev/vfio/" + answer.get("group"));
    }

    String name() {
        return name;
    }

    /**
     * Has the guest work.
     *
     * @param count how often it does what it does, at least 1
     * @return how often it did it per second of its own clock
     */
    double rate(Workload workload, int count) throws CannotRun, GuestGone, InterruptedException {
        String target = workload == Workload.MAP ? group : DISK;
        Answer answer = guest.ask("workload", workload.word(), target, count);
        if (answer.count("count") != count || answer.count("nanos") <= 0) {
            throw CannotRun.because("%s: the guest could not %s: %s", name, workload.description(), answer);
        }
        return count * NANOS_PER_SECOND / answer.count("nanos");
    }
}
