// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks for IOMMUs that are listed twice, missing, or behind themselves. */
final class IommuGraph {
    private final Validation.Subject subject;
    private final Map<IommuNode, Integer> listed = new HashMap<>();
    /** Each IOMMU that another one translates for, and that other one. */
    private final Map<IommuNode, IommuNode> behind = new HashMap<>();

    private final List<Problem> problems = new ArrayList<>();

    private IommuGraph(Validation.Subject subject) {
        this.subject = subject;
    }

    static List<Problem> problems(Validation.Subject subject) {
        IommuGraph graph = new IommuGraph(subject);
        for (int i = 0; i < subject.topology().iommus().size(); i++) {
            graph.add(i);
        }
        for (int i = 0; i < subject.topology().endpoints().size(); i++) {
            graph.checkReference(i);
        }
        graph.checkCircles();
        return graph.problems;
    }

    private void add(int index) {
        IommuNode iommu = subject.iommu(index);
        Integer earlier = listed.putIfAbsent(iommu, index);
        if (earlier != null) {
            problems.add(subject.atIommu(
                    index,
                    Problem.Kind.DUPLICATE_IOMMU,
                    "IOMMU " + iommu + " is listed already by "
                            + subject.iommuOrigins().get(earlier)));
            return;
        }
        subject.topology().match(iommu).ifPresent(node -> {
            if (node.iommu().equals(iommu)) {
                problems.add(subject.atIommu(
                        index,
                        Problem.Kind.IOMMU_BEHIND_ITSELF,
                        "IOMMU " + iommu + " is among its own endpoints (" + node + "); it stays untranslated"));
            } else {
                behind.put(iommu, node.iommu());
            }
        });
    }

    private void checkReference(int index) {
        IommuNode iommu = subject.endpoint(index).iommu();
        if (!listed.containsKey(iommu)) {
            problems.add(subject.atEndpoint(
                    index,
                    Problem.Kind.UNKNOWN_IOMMU,
                    " is behind IOMMU " + iommu + ", which is not listed; it stays untranslated"));
        }
    }

    private void checkCircles() {
        Set<IommuNode> seen = new HashSet<>();
        for (int i = 0; i < subject.topology().iommus().size(); i++) {
            List<IommuNode> path = new ArrayList<>();
            IommuNode next = subject.iommu(i);
            while (next != null && seen.add(next)) {
                path.add(next);
                next = behind.get(next);
            }
            int start = path.indexOf(next);
            if (start >= 0) {
                problems.add(subject.atIommu(
                        listed.get(next),
                        Problem.Kind.IOMMU_CIRCLE,
                        "IOMMUs are behind one another in a circle: "
                                + path.subList(start, path.size()).stream()
                                        .map(IommuNode::toString)
                                        .collect(Collectors.joining(", "))));
            }
        }
    }
}
