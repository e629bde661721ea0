// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.conformance.Arena;
import org.viommu.conformance.Check;
import org.viommu.conformance.Difference;
import org.viommu.conformance.Differential;
import org.viommu.conformance.Report;
import org.viommu.conformance.Result;
import org.viommu.conformance.RingPort;
import org.viommu.conformance.Suite;
import org.viommu.conformance.Verdict;

/**
 * The conformance checks and the random requests on QEMU's own device. Where it does otherwise than they say, a line of
 * {@code docs/conformance.md} explains it; a difference without a line fails, and so does a line without a difference.
 */
class ConformanceIT {
    private static final Path EXPLANATIONS = Path.of(System.getProperty("viommu.docs", "docs"), "conformance.md");
    private static final String HEADING = "## QEMU's device";
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| .*\\S.* \\|");

    /** Streams that meet every difference that is explained; the same ones each time, as QEMU's device chooses nothing. */
    private static final List<Long> SEEDS = List.of(16L, 22L, 47L, 51L);

    private static final int REQUESTS = 1000;

    private static final long SPACE = 0x100000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private QemuMachine machine;
    private RingPort port;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        machine = QemuMachine.start("");
        QemuBoard board = new QemuBoard(machine, SPACE);
        Arena space = new Arena(SPACE, ((long) QemuMachine.MEGABYTES << 20) - SPACE);
        port = new RingPort(machine.openIommu(), machine.openMemory(), space, PATIENCE, board);
    }

    @AfterEach
    void close() {
        machine.close();
    }

    @Test
    void each_check_that_does_not_hold_is_explained() throws IOException {
        Report report =
                new Report(port.name(), Suite.checks().stream().map(this::run).toList());
        System.out.println(report.table());
        Set<String> seen = report.results().stream()
                .filter(result -> result.verdict() != Verdict.HOLDS && result.verdict() != Verdict.NOT_OBSERVABLE)
                .map(result -> result.requirement().id())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(seen).isEqualTo(explained("### Checks"));
    }

    /** From a machine that has just been switched on, as a check may leave the device in any state. */
    private Result run(Check check) {
        machine.reset();
        return check.run(port);
    }

    @Test
    void each_difference_of_random_requests_is_explained() throws IOException {
        Set<String> seen = new TreeSet<>();
        SEEDS.forEach(seed -> seen.addAll(differences(seed, REQUESTS)));
        assertThat(seen).isEqualTo(explained("### Random requests"));
    }

    /** One stream here, any number on demand. */
    @Test
    void each_difference_of_more_random_requests_is_explained() throws IOException {
        Set<String> explained = explained("### Random requests");
        int requests = Integer.getInteger("viommu.qtest.requests", REQUESTS);
        for (long seed = 1; seed <= Integer.getInteger("viommu.qtest.streams", 1); seed++) {
            assertThat(explained).containsAll(differences(seed, requests));
        }
    }

    private Set<String> differences(long seed, int requests) {
        Differential.Outcome outcome =
                new Differential(new PowerCycledPort(port), seed).run(requests, (step, oracle) -> {});
        System.out.println(outcome.text());
        return outcome.differences().stream().map(ConformanceIT::key).collect(Collectors.toSet());
    }

    private static String key(Difference difference) {
        return "%s: %s, not %s".formatted(difference.kind(), difference.seen(), difference.expected());
    }

    /** What is in the first column of the table below a heading. */
    private static Set<String> explained(String heading) throws IOException {
        String text = Files.readString(EXPLANATIONS);
        int section = text.indexOf(heading, text.indexOf(HEADING));
        int end = text.indexOf("\n#", section + heading.length());
        Matcher rows = ROW.matcher(text.substring(section, end < 0 ? text.length() : end));
        Set<String> keys = new TreeSet<>();
        while (rows.find()) {
            keys.add(rows.group(1));
        }
        return keys;
    }
}
