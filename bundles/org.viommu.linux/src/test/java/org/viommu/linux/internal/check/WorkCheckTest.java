// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.guest.GuestDisk;

@Timeout(300)
class WorkCheckTest {
    @TempDir
    private Path folder;

    private final AtomicLong rounds = new AtomicLong();
    private final List<Long> told = new ArrayList<>();

    private Outcome run(int mismatches) throws Exception {
        GuestDisk disk = GuestDisk.create(folder.resolve("disk"));
        try (CheckBench bench = new CheckBench(folder, request -> switch (request.split(" ")[0]) {
            case "churn-start" -> "ok started=1";
            case "churn-count" -> "ok rounds=" + (rounds.incrementAndGet() + 1) / 2 + " mismatches=0";
            case "churn-stop" -> "ok rounds=9 mismatches=" + mismatches;
            default -> "error " + request;
        })) {
            Outcome outcome = new WorkCheck(bench.guest(), disk, Duration.ofSeconds(2), told::add).run();
            assertThat(bench.requests()).startsWith("churn-start 0 16 320 16").endsWith("churn-stop");
            return outcome;
        }
    }

    @Test
    void each_round_is_told_once_and_the_work_ends_in_order() throws Exception {
        assertThat(run(0)).isEqualTo(new Outcome(Outcome.pass("").result(), "9 rounds in 2 s, every checksum equal"));
        assertThat(told).isSorted().doesNotHaveDuplicates().startsWith(1L);
    }

    @Test
    void a_mismatch_fails() throws Exception {
        assertThat(run(1).result()).isEqualTo(Outcome.fail("").result());
    }
}
