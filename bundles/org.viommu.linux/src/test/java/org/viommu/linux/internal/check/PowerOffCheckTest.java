// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.check.Outcome.Result;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.guest.Liveness;

@Timeout(300)
class PowerOffCheckTest {
    private static final Liveness GONE = () -> {
        throw new GuestGone("over");
    };

    @TempDir
    private Path folder;

    @Test
    void a_guest_that_goes_between_two_looks_passes() throws Exception {
        boolean[] looked = {false};
        try (CheckBench bench = new CheckBench(folder, request -> null)) {
            bench.guest();
            Guest guest = new Guest(bench.agent(), bench.console(), GONE);

            Outcome outcome = new PowerOffCheck(guest, () -> {
                        boolean second = looked[0];
                        looked[0] = true;
                        return second;
                    })
                    .run();

            assertThat(outcome.result()).isEqualTo(Result.PASS);
        }
    }

    @Test
    void a_guest_that_stays_is_not_waited_for_any_longer_than_it_should() throws Exception {
        try (CheckBench bench = new CheckBench(folder, request -> null)) {
            bench.guest();
            Guest guest = new Guest(bench.agent(), bench.console(), GONE);

            assertThatThrownBy(() -> new PowerOffCheck(guest, () -> false).run())
                    .isInstanceOf(GuestGone.class)
                    .hasMessage("over");
        }
    }

    @Test
    void a_panic_on_the_way_down_fails() throws Exception {
        try (CheckBench bench = new CheckBench(folder, request -> null)) {
            Guest guest = bench.guest();
            bench.console().line("Kernel panic - not syncing: at the end");

            assertThat(new PowerOffCheck(guest, () -> true).run())
                    .isEqualTo(new Outcome(Result.FAIL, "Kernel panic - not syncing: at the end"));
        }
    }
}
