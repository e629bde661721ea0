// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.check.Outcome.Result;
import org.viommu.linux.internal.guest.GuestDisk;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.guest.Liveness;
import org.viommu.linux.internal.platform.StoreSwitch;

@Timeout(300)
class StoreSwapCheckTest {
    @TempDir
    private Path folder;

    private final AtomicLong rounds = new AtomicLong();

    /** A guest whose rounds are over by the time that it is asked again. */
    private String answer(String request, int mismatches) {
        return switch (request.split(" ")[0]) {
            case "churn-start" -> "ok started=1";
            case "churn-count" -> "ok rounds=" + rounds.addAndGet(2) + " mismatches=0";
            case "churn-stop" -> "ok rounds=" + rounds.get() + " mismatches=" + mismatches;
            default -> "error " + request;
        };
    }

    private Outcome run(StoreSwitch stores, int mismatches) throws Exception {
        GuestDisk disk = GuestDisk.create(folder.resolve("disk"));
        try (CheckBench bench = new CheckBench(folder, request -> answer(request, mismatches))) {
            Outcome outcome = new StoreSwapCheck(bench.guest(), disk, stores).run();
            assertThat(bench.requests()).startsWith("churn-start 0 16 320 16").endsWith("churn-stop");
            return outcome;
        }
    }

    @Test
    void swaps_under_io_without_a_mismatch_pass() throws Exception {
        Outcome outcome = run(new CountingSwitch(1), 0);

        assertThat(outcome.result()).isEqualTo(Result.PASS);
        assertThat(outcome.detail()).startsWith("10 swaps (one and other)");
    }

    @Test
    void the_store_is_where_it_was_even_if_the_guest_is_gone() throws Exception {
        CountingSwitch stores = new CountingSwitch(1);
        GuestDisk disk = GuestDisk.create(folder.resolve("disk"));
        try (CheckBench bench =
                new CheckBench(folder, request -> request.startsWith("churn-start") ? "ok started=1" : null)) {
            bench.guest();
            Guest guest = new Guest(bench.agent(), bench.console(), () -> {
                if (bench.requests().size() > 1) {
                    throw new GuestGone("it went");
                }
            });

            assertThatThrownBy(() -> new StoreSwapCheck(guest, disk, stores).run())
                    .isInstanceOf(GuestGone.class);

            assertThat(stores.restored).isTrue();
        }
    }

    @Test
    void a_mismatch_fails() throws Exception {
        assertThat(run(new CountingSwitch(1), 1).result()).isEqualTo(Result.FAIL);
    }

    @Test
    void stores_that_do_not_move_fail() throws Exception {
        assertThat(run(new CountingSwitch(0), 0)).isEqualTo(new Outcome(Result.FAIL, "0 swaps instead of 10"));
    }

    /** Counts {@code step} swaps for each order. */
    private static final class CountingSwitch implements StoreSwitch {
        private final int step;
        private long swaps = 100;
        private boolean restored;

        CountingSwitch(int step) {
            this.step = step;
        }

        @Override
        public long swaps() {
            return swaps;
        }

        @Override
        public String description() {
            return "one and other";
        }

        @Override
        public void restore() {
            restored = true;
        }

        @Override
        public void takeAway(Liveness liveness) {
            swaps += step;
        }

        @Override
        public void bringBack(Liveness liveness) {
            swaps += step;
        }
    }
}
