// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.internal.TracedDevice;

/**
 * The same requests and accesses to QEMU's device and to ours, whose traces have the same lines then. Where they have
 * not, a line of {@code docs/operating.md} explains it; a difference without a line fails, and so does a line without a
 * difference.
 */
class TraceIT {
    private static final Path EXPLANATIONS = Path.of(System.getProperty("viommu.docs", "docs"), "operating.md");
    private static final String HEADING = "### Differences from QEMU";
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| .*\\S.* \\|");

    @Test
    void the_same_requests_and_accesses_give_the_same_lines() throws IOException, InterruptedException {
        Set<String> explained = explained();
        Map<String, List<String>> theirs;
        try (QemuMachine machine = QemuMachine.start("")) {
            theirs = new TraceStream(new QemuTrace(machine)).run();
        }
        Map<String, List<String>> ours;
        try (TracedDevice device = new TracedDevice(TraceStream.INPUT_END, QemuMachine.ENDPOINTS, TraceStream.ABSENT)) {
            ours = new TraceStream(new OurTrace(device)).run();
        }
        assertThat(ours.keySet()).isEqualTo(theirs.keySet());
        TraceDifferences differences = new TraceDifferences(explained);
        List<String> unexplained = new ArrayList<>();
        ours.forEach((step, lines) -> {
            List<List<String>> left = differences.without(lines, theirs.get(step));
            if (!left.get(0).equals(left.get(1))) {
                unexplained.add("%s: ours %s, theirs %s".formatted(step, left.get(0), left.get(1)));
            }
        });
        assertThat(unexplained).isEmpty();
        assertThat(differences.seen()).isEqualTo(explained);
    }

    /** What is in the first column of the table. */
    private static Set<String> explained() throws IOException {
        String text = Files.readString(EXPLANATIONS);
        int section = text.indexOf(HEADING);
        int end = text.indexOf("\n#", section + HEADING.length());
        Matcher rows = ROW.matcher(text.substring(section, end < 0 ? text.length() : end));
        Set<String> keys = new TreeSet<>();
        while (rows.find()) {
            keys.add(rows.group(1));
        }
        return keys;
    }
}
