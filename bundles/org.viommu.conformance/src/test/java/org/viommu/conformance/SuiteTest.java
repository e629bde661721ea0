// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A check is worth something if it fails on a device that is wrong. */
class SuiteTest {
    private static final Path DOCUMENTATION = Path.of("../../docs/conformance.md");

    @Test
    void nothing_is_wrong_with_the_model() {
        Report report = Suite.run(new ModelPort(Flaw.NONE), result -> {});
        assertThat(failed(report)).as(report.table()).isEmpty();
        assertThat(report.conforms()).isTrue();
        assertThat(report.count(Verdict.HOLDS)).isEqualTo(Suite.checks().size() - 1L);
        assertThat(report.count(Verdict.NOT_OBSERVABLE))
                .as("D39: PROBE is offered")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void each_flaw_is_found_by_its_checks(Flaw flaw) {
        Report report = Suite.run(new ModelPort(flaw), result -> {});
        assertThat(failed(report)).as(report.table()).containsAll(flaw.checks());
        assertThat(report.table()).contains("model with " + flaw);
    }

    @Test
    void random_requests_find_no_difference_between_the_model_and_itself() {
        Differential.Outcome outcome = new Differential(new ModelPort(Flaw.NONE), 5).run(20_000, (step, oracle) -> {});
        assertThat(outcome.differences()).as(outcome.text()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"UNMAPS_UP_TO_A_SPLIT", "EMPTIES_DOMAINS_AT_REPEATED_ATTACH", "LETS_ALL_ACCESSES_THROUGH"})
    void random_requests_find_a_flaw_and_go_on(Flaw flaw) {
        Differential.Outcome outcome = new Differential(new ModelPort(flaw), 5).run(20_000, (step, oracle) -> {});
        assertThat(outcome.differences()).isNotEmpty();
        assertThat(outcome.text()).contains("first at step");
        assertThat(outcome.differences().stream().mapToLong(Difference::count).sum())
                .isGreaterThan(1);
    }

    @Test
    void the_same_seed_gives_the_same_outcome() {
        String first = outcome(7).text();
        assertThat(outcome(7).text()).isEqualTo(first);
        assertThat(outcome(8).text()).isNotEqualTo(first);
    }

    @Test
    void each_check_has_an_ID_of_its_own_and_is_documented() throws IOException {
        String documentation = Files.readString(DOCUMENTATION);
        Set<String> ids =
                Suite.checks().stream().map(check -> check.requirement().id()).collect(Collectors.toSet());
        assertThat(ids).hasSameSizeAs(Suite.checks());
        for (Check check : Suite.checks()) {
            Requirement requirement = check.requirement();
            assertThat(documentation)
                    .contains("| %s | %s | %s | %s |"
                            .formatted(
                                    requirement.id(), requirement.level(), requirement.section(), requirement.text()));
        }
        for (int number = 1; number <= 57; number++) {
            assertThat(ids).contains("D" + number);
        }
    }

    private static Differential.Outcome outcome(long seed) {
        return new Differential(new ModelPort(Flaw.UNMAPS_UP_TO_A_SPLIT), seed).run(5_000, (step, oracle) -> {});
    }

    private static Set<String> failed(Report report) {
        return report.results().stream()
                .filter(result -> result.verdict() != Verdict.HOLDS && result.verdict() != Verdict.NOT_OBSERVABLE)
                .map(result -> result.requirement().id())
                .collect(Collectors.toSet());
    }
}
