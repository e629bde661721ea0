// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.ExitStatus;

class GuestBenchOptionsTest {
    private final StringWriter out = new StringWriter();

    private Optional<GuestBenchOptions> parse(String... arguments) throws CannotRun {
        return GuestBenchOptions.parse(List.of(arguments), new PrintWriter(out, true));
    }

    private void assertRefused(String message, String... arguments) {
        assertThatThrownBy(() -> parse(arguments))
                .isInstanceOfSatisfying(
                        CannotRun.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.USAGE))
                .hasMessageContaining(message);
    }

    @Test
    void devices_are_as_they_come_unless_the_user_says_more() throws Exception {
        GuestBenchOptions options = parse("guest").orElseThrow();

        assertThat(options.rounds()).isEqualTo(5);
        assertThat(options.keys().packed()).isFalse();
        assertThat(options.keys().pollMaxNanos()).isEmpty();
        assertThat(options.ownParts().qemu()).isEmpty();
    }

    @Test
    void each_workload_has_a_count() throws Exception {
        GuestBenchOptions options = parse("guest", "--maps", "7", "--reads", "3", "--poll-max-ns", "0", "--packed")
                .orElseThrow();

        assertThat(options.count(Workload.MAP)).isEqualTo(7);
        assertThat(options.count(Workload.READ)).isEqualTo(3);
        assertThat(options.keys().pollMaxNanos()).isEqualTo(OptionalInt.of(0));
        assertThat(options.keys().packed()).isTrue();
    }

    @Test
    void help_of_the_command_names_the_sub_command() throws Exception {
        assertThat(parse("--help")).isEmpty();
        assertThat(out.toString()).contains("Usage: viommu bench", "guest");
    }

    @Test
    void help_of_the_sub_command_lists_its_options() throws Exception {
        assertThat(parse("guest", "--help")).isEmpty();
        assertThat(out.toString()).contains("Usage: viommu bench guest", "--rounds COUNT", "--kernel FILE");
    }

    @Test
    void what_is_wrong_is_named() {
        assertRefused("bench guest");
        assertRefused("'gest'", "gest");
        assertRefused("--bogus", "guest", "--bogus");
        assertRefused("--rounds: 0 is not above 0", "guest", "--rounds", "0");
        assertRefused("--maps: -1 is not above 0", "guest", "--maps", "-1");
        assertRefused("--reads: 0 is not above 0", "guest", "--reads", "0");
        assertRefused("--poll-max-ns: -1 is not in 0..1000000000", "guest", "--poll-max-ns", "-1");
        assertRefused("--kernel: /nothing is no readable file", "guest", "--kernel", "/nothing");
    }
}
