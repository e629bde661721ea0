// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks for contradictions between the nodes of a topology; what concerns IOMMUs and endpoint IDs is left to others. */
final class Validation {
    /** What is looked at, and where its source has the nodes of both lists. */
    record Subject(Topology topology, List<String> iommuOrigins, List<String> endpointOrigins) {
        IommuNode iommu(int index) {
            return topology.iommus().get(index);
        }

        EndpointNode endpoint(int index) {
            return topology.endpoints().get(index);
        }

        Problem atIommu(int index, Problem.Kind kind, String message) {
            return new Problem(kind, iommuOrigins.get(index), message);
        }

        Problem atEndpoint(int index, Problem.Kind kind, String message) {
            return new Problem(kind, endpointOrigins.get(index), endpoint(index) + message);
        }

        /** For a sentence about another node. */
        String reference(int endpoint) {
            return endpointOrigins.get(endpoint) + " (" + endpoint(endpoint) + ")";
        }
    }

    private final Subject subject;
    private final List<Problem> problems = new ArrayList<>();

    private Validation(Subject subject) {
        this.subject = subject;
    }

    static List<Problem> problems(Subject subject) {
        Validation validation = new Validation(subject);
        for (int i = 0; i < subject.topology().endpoints().size(); i++) {
            validation.checkAlone(i);
        }
        validation.checkDevices();
        validation.problems.addAll(EndpointIds.problems(subject));
        validation.problems.addAll(IommuGraph.problems(subject));
        return validation.problems;
    }

    private void checkAlone(int index) {
        EndpointNode node = subject.endpoint(index);
        if (node instanceof EndpointNode.PciRange range
                && Integer.compareUnsigned(range.lastEndpoint(), range.firstEndpoint()) < 0) {
            add(index, Problem.Kind.ENDPOINT_ID_OVERFLOW, ": the IDs run beyond 0xffffffff");
        }
        List<ReservedRegion> regions = node.reserved().stream()
                .sorted((one, other) -> Long.compareUnsigned(one.start(), other.start()))
                .toList();
        for (int i = 1; i < regions.size(); i++) {
            if (Long.compareUnsigned(regions.get(i).start(), regions.get(i - 1).end()) <= 0) {
                add(
                        index,
                        Problem.Kind.RESERVED_OVERLAP,
                        ": reserved regions " + regions.get(i - 1) + " and " + regions.get(i) + " overlap");
            }
        }
    }

    private void checkDevices() {
        List<Overlaps.Rectangle> functions = new ArrayList<>();
        Map<Long, Integer> bases = new HashMap<>();
        for (int i = 0; i < subject.topology().endpoints().size(); i++) {
            if (subject.endpoint(i) instanceof EndpointNode.PciRange range) {
                PciAddress first = range.first();
                PciAddress last = range.last();
                functions.add(new Overlaps.Rectangle(first.segment(), last.segment(), first.bdf(), last.bdf(), i));
            } else if (subject.endpoint(i) instanceof EndpointNode.Platform device) {
                Integer earlier = bases.put(device.base(), i);
                if (earlier != null) {
                    addDuplicate(new Overlaps.Pair(earlier, i));
                }
            }
        }
        Overlaps.find(functions).forEach(this::addDuplicate);
    }

    private void addDuplicate(Overlaps.Pair pair) {
        add(
                pair.later(),
                Problem.Kind.DUPLICATE_ENDPOINT,
                " describes devices of " + subject.reference(pair.earlier()) + " again; here the later one counts");
    }

    private void add(int endpoint, Problem.Kind kind, String message) {
        problems.add(subject.atEndpoint(endpoint, kind, message));
    }
}
