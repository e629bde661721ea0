// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.guest.GuestGone;

@Timeout(300)
class VerdictTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Narrator narrator = new Narrator(new PrintStream(out, true));
    private final Verdict verdict = new Verdict();

    private static Check check(String name, Body body) {
        return new Check() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Outcome run() throws GuestGone, IOException {
                return body.run();
            }
        };
    }

    private List<String> run(Check... checks) throws Exception {
        try (CheckBench bench = new CheckBench(folder, request -> null)) {
            verdict.run(List.of(checks), new Guest(bench.agent(), bench.console(), () -> {}), narrator);
        }
        out.reset();
        verdict.tell(narrator);
        return out.toString().lines().toList();
    }

    @Test
    void what_is_skipped_is_neither_passed_nor_failed() throws Exception {
        List<String> lines =
                run(check("one", () -> Outcome.pass("fine")), check("two", () -> Outcome.skip("not here")));

        assertThat(lines)
                .containsExactly(
                        "viommu: PASS  one             fine",
                        "viommu: SKIP  two             not here",
                        "viommu: PASS: 1 of 2 checks passed, 1 skipped");
        assertThat(verdict.isPass()).isTrue();
    }

    @Test
    void one_failure_fails_all_but_the_rest_is_checked() throws Exception {
        List<String> lines = run(check("one", () -> Outcome.fail("broken")), check("two", () -> Outcome.pass("fine")));

        assertThat(lines)
                .containsExactly(
                        "viommu: FAIL  one             broken",
                        "viommu: PASS  two             fine",
                        "viommu: FAIL: 1 of 2 checks passed");
        assertThat(verdict.isPass()).isFalse();
    }

    @Test
    void once_the_guest_is_gone_nothing_more_is_asked_of_it() throws Exception {
        List<String> lines = run(
                check("one", () -> {
                    throw new GuestGone("QEMU ended");
                }),
                check("two", () -> Outcome.pass("fine")));

        assertThat(lines)
                .containsExactly(
                        "viommu: FAIL  one             QEMU ended",
                        "viommu: FAIL  two             not done",
                        "viommu: FAIL: 0 of 2 checks passed");
    }

    @Test
    void nothing_at_all_is_no_pass() {
        assertThat(verdict.isPass()).isFalse();
    }

    private interface Body {
        Outcome run() throws GuestGone, IOException;
    }
}
