// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Finds what is explained between two traces of the same requests and takes it away, so that what is left must be equal.
 */
final class TraceDifferences {
    private static final String REGION = "mr=";
    private static final String FLAGS = "flags=";
    private static final String REASON = "reason=";
    private static final String ORDER = "order";

    private static final Set<String> REORDERED = Set.of("virtio_iommu_attach", "virtio_iommu_system_reset");
    private static final Pattern MEMORY_REGION = Pattern.compile("mr=\\S+");
    private static final Pattern FAULT =
            Pattern.compile("(virtio_iommu_report_fault FAULT) reason=(\\d) flags=(\\d+) (.*)");
    private static final int DIRECTIONS = 3;

    private final Set<String> explained;
    private final Set<String> seen = new TreeSet<>();

    /**
     * Knows what is explained.
     *
     * @param explained names of events that may differ, and the constants above
     */
    TraceDifferences(Set<String> explained) {
        this.explained = explained;
    }

    /** The explained differences that there were. */
    Set<String> seen() {
        return seen;
    }

    /** What a step has left in two traces, without what is explained. */
    List<List<String>> without(List<String> first, List<String> second) {
        List<String> ours = events(first, second);
        List<String> theirs = events(second, first);
        if (ours.size() == theirs.size()) {
            IntStream.range(0, ours.size()).forEach(i -> alike(ours, theirs, i));
        }
        if (!ours.equals(theirs) && sorted(ours).equals(sorted(theirs)) && REORDERED.contains(name(theirs.get(0)))) {
            seen.add(ORDER);
            return List.of(sorted(ours), sorted(theirs));
        }
        return List.of(ours, theirs);
    }

    /** Leaves out the events that are explained. */
    private List<String> events(List<String> lines, List<String> others) {
        List<String> left = new ArrayList<>();
        for (String line : lines) {
            String name = name(line);
            if (explained.contains(name)) {
                if (!others.contains(line)) {
                    seen.add(name);
                }
            } else {
                left.add(line);
            }
        }
        return left;
    }

    private void alike(List<String> ours, List<String> theirs, int index) {
        String our = ours.get(index);
        String their = theirs.get(index);
        if (our.equals(their)) {
            return;
        }
        Matcher ourFault = FAULT.matcher(our);
        Matcher theirFault = FAULT.matcher(their);
        if (ourFault.matches() && theirFault.matches()) {
            alikeFaults(ourFault, theirFault, theirs, index, our);
        } else if (MEMORY_REGION
                .matcher(our)
                .replaceFirst("")
                .equals(MEMORY_REGION.matcher(their).replaceFirst(""))) {
            seen.add(REGION);
            theirs.set(index, our);
        }
    }

    /** Theirs has no direction, or an endpoint unknown that ours has in no domain. */
    private void alikeFaults(Matcher our, Matcher their, List<String> theirs, int index, String line) {
        int ourFlags = Integer.parseInt(our.group(3));
        int theirFlags = Integer.parseInt(their.group(3));
        boolean sameFlags = ourFlags == theirFlags;
        boolean sameReason = our.group(2).equals(their.group(2));
        boolean flagsExplained = sameFlags || (ourFlags & ~DIRECTIONS) == theirFlags;
        boolean reasonExplained =
                sameReason || our.group(2).equals("1") && their.group(2).equals("0");
        if (flagsExplained && reasonExplained && our.group(4).equals(their.group(4))) {
            if (!sameFlags) {
                seen.add(FLAGS);
            }
            if (!sameReason) {
                seen.add(REASON);
            }
            theirs.set(index, line);
        }
    }

    private static String name(String line) {
        return line.substring(0, line.indexOf(' '));
    }

    private static List<String> sorted(List<String> lines) {
        return lines.stream().sorted().toList();
    }
}
