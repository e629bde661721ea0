// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.time.Duration;
import java.util.function.LongConsumer;
import org.viommu.linux.internal.Deadline;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestDisk;
import org.viommu.linux.internal.guest.GuestGone;

/** The guest reads and writes its disk for a while, and compares. */
public final class WorkCheck implements Check {
    private static final int MILLIS_BETWEEN_LOOKS = 200;

    private final Guest guest;
    private final GuestDisk disk;
    private final Duration duration;
    private final LongConsumer progress;

    /**
     * @param duration how long
     * @param progress told how many rounds are done, whenever that has changed
     */
    public WorkCheck(Guest guest, GuestDisk disk, Duration duration, LongConsumer progress) {
        this.guest = guest;
        this.disk = disk;
        this.duration = duration;
        this.progress = progress;
    }

    @Override
    public String name() {
        return "disk work";
    }

    @Override
    public Outcome run() throws GuestGone, InterruptedException {
        Deadline end = Deadline.in(duration);
        Answer started = guest.ask(
                "churn-start",
                disk.churnRead().first(),
                disk.churnRead().count(),
                disk.churnWrite().first(),
                disk.churnWrite().count());
        if (!started.isOk()) {
            return Outcome.fail("%s", started);
        }
        long told = 0;
        do {
            guest.liveness().check();
            Thread.sleep(MILLIS_BETWEEN_LOOKS);
            long rounds = guest.ask("churn-count").count("rounds");
            if (rounds > told) {
                told = rounds;
                progress.accept(rounds);
            }
        } while (!end.isOver());
        Answer ended = guest.ask("churn-stop");
        if (!ended.isOk() || ended.count("mismatches") != 0) {
            return Outcome.fail("%s", ended);
        }
        return Outcome.pass("%d rounds in %d s, every checksum equal", ended.count("rounds"), duration.toSeconds());
    }
}
