// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.explain.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.Problem;
import org.viommu.topology.Problem.Severity;
import org.viommu.topology.Topology;
import org.viommu.topology.UntranslatedNode;

/** A topology for people: who translates for whom as a tree, where the source says so as a table, and what is wrong. */
final class Explanation {
    /** More lines would hide the first ones, which tell most. */
    private static final int MOST_PROBLEMS = 50;

    private final Topology topology;
    private final List<Problem> problems;

    Explanation(Topology topology) {
        this.topology = topology;
        problems = topology.problems();
    }

    /** Whether nothing is worse than a warning. */
    boolean isSound() {
        return count(Severity.ERROR) == 0;
    }

    String text() {
        List<String> lines = new ArrayList<>();
        addTree(lines);
        if (!topology.endpoints().isEmpty()) {
            lines.add("");
            addTable(lines);
        }
        lines.add("");
        addProblems(lines);
        return String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }

    private void addTree(List<String> lines) {
        if (topology.iommus().isEmpty()) {
            lines.add("no virtio-iommu: nothing is translated by one");
        }
        for (IommuNode iommu : topology.iommus()) {
            lines.add("IOMMU " + iommu);
            addBranches(
                    lines,
                    topology.endpoints(iommu).stream().map(Explanation::words).toList());
        }
        if (!topology.untranslated().isEmpty()) {
            lines.add("untranslated on purpose");
            addBranches(
                    lines,
                    topology.untranslated().stream()
                            .map(UntranslatedNode::toString)
                            .toList());
        }
    }

    private static String words(EndpointNode node) {
        return node
                + node.reserved().stream().map(region -> ", reserved " + region).collect(Collectors.joining());
    }

    private static void addBranches(List<String> lines, List<String> below) {
        for (int i = 0; i < below.size(); i++) {
            lines.add((i < below.size() - 1 ? "├─ " : "└─ ") + below.get(i));
        }
        if (below.isEmpty()) {
            lines.add("└─ no endpoints");
        }
    }

    private void addTable(List<String> lines) {
        TextTable table = new TextTable("devices", "endpoints", "IOMMU", "said by");
        for (int i = 0; i < topology.endpoints().size(); i++) {
            EndpointNode node = topology.endpoints().get(i);
            // The name of a node is its devices, a comma and its endpoints.
            String[] words = node.toString().split(", endpoints? ", 2);
            table.add(words[0], words[1], node.iommu().toString(), topology.endpointOrigin(i));
        }
        lines.addAll(table.lines());
    }

    private void addProblems(List<String> lines) {
        long errors = count(Severity.ERROR);
        long warnings = count(Severity.WARNING);
        if (problems.isEmpty()) {
            lines.add("nothing is wrong");
            return;
        }
        lines.add(plural(errors, "error") + ", " + plural(warnings, "warning"));
        problems.stream().limit(MOST_PROBLEMS).forEach(problem -> lines.add("  " + problem));
        if (problems.size() > MOST_PROBLEMS) {
            lines.add("  and " + (problems.size() - MOST_PROBLEMS) + " more");
        }
    }

    private long count(Severity severity) {
        return problems.stream()
                .filter(problem -> problem.kind().severity() == severity)
                .count();
    }

    private static String plural(long count, String word) {
        return count + " " + word + (count == 1 ? "" : "s");
    }
}
