// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What all checks have found on one device.
 *
 * @param device its name
 * @param results in the order of the checks
 */
public record Report(String device, List<Result> results) {
    /** Copies the list. */
    public Report {
        results = List.copyOf(results);
    }

    /**
     * How many checks ended in a certain way.
     *
     * @param verdict which way
     * @return at least 0
     */
    public long count(Verdict verdict) {
        return results.stream().filter(result -> result.verdict() == verdict).count();
    }

    /**
     * Whether no requirement is violated.
     *
     * @return true if all that the standard says MUST of, and that can be observed, holds
     */
    public boolean conforms() {
        return count(Verdict.VIOLATED) == 0;
    }

    /**
     * The table for people: requirement, result, what was seen.
     *
     * @return lines of plain text, the last one with the sums
     */
    public String table() {
        int widest = results.stream()
                .mapToInt(result -> result.requirement().text().length())
                .max()
                .orElse(0);
        String format = "%-5s %-6s %-14s %-" + Math.max(widest, 1) + "s  %s";
        String heading = String.format(Locale.ROOT, format, "id", "level", "result", "requirement", "seen");
        String lines = results.stream()
                .map(result -> String.format(
                        Locale.ROOT,
                        format,
                        result.requirement().id(),
                        result.requirement().level(),
                        result.verdict(),
                        result.requirement().text(),
                        result.seen()))
                .collect(Collectors.joining("\n"));
        return "%s%n%s%n%s%n%s".formatted(device, heading.stripTrailing(), lines, sums());
    }

    private String sums() {
        return Arrays.stream(Verdict.values())
                .map(verdict -> count(verdict) + " " + verdict)
                .collect(Collectors.joining(", ", results.size() + " checks: ", ""));
    }
}
