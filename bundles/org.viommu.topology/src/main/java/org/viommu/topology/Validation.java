// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Looks for contradictions between the nodes of a topology; what concerns IOMMUs and endpoint IDs is left to others. */
final class Validation {
    /** What is looked at, and where its source has the nodes of all lists. */
    record Subject(
            Topology topology,
            List<String> iommuOrigins,
            List<String> endpointOrigins,
            List<String> untranslatedOrigins) {
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
        validation.checkUntranslated();
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
        Map<Integer, List<Overlaps.Rectangle>> byMask = new TreeMap<>();
        Map<List<Long>, Integer> interfaces = new HashMap<>();
        for (int i = 0; i < subject.topology().endpoints().size(); i++) {
            if (subject.endpoint(i) instanceof EndpointNode.PciRange range) {
                Overlaps.Rectangle masked = rectangle(range.first(), range.last(), i);
                byMask.computeIfAbsent(range.mask(), mask -> new ArrayList<>()).add(masked);
            } else if (subject.endpoint(i) instanceof EndpointNode.Platform device) {
                Integer earlier = interfaces.put(List.of(device.base(), (long) device.master()), i);
                if (earlier != null) {
                    addDuplicate(new Overlaps.Pair(earlier, i));
                }
            }
        }
        byMask.values().forEach(rectangles -> Overlaps.find(rectangles).forEach(this::addDuplicate));
        checkMasks(byMask);
    }

    /**
     * Compares ranges of different masks by their first and last functions, which is exact for masks without gaps. Where ranges of equal masks overlap too, which
     * is reported already, not every pair is found.
     */
    private void checkMasks(Map<Integer, List<Overlaps.Rectangle>> byMask) {
        if (byMask.size() < 2) {
            return;
        }
        List<Overlaps.Rectangle> functions = byMask.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream().map(masked -> unmasked(masked, entry.getKey())))
                .toList();
        Overlaps.find(functions).stream()
                .filter(pair -> mask(pair.earlier()) != mask(pair.later()))
                .forEach(this::addDuplicate);
    }

    private int mask(int endpoint) {
        return ((EndpointNode.PciRange) subject.endpoint(endpoint)).mask();
    }

    /** Every function that is untranslated on purpose must not be an endpoint. */
    private void checkUntranslated() {
        List<Overlaps.Rectangle> untranslated = new ArrayList<>();
        List<Overlaps.Rectangle> translated = new ArrayList<>();
        Map<Long, Integer> bases = new HashMap<>();
        for (int i = 0; i < subject.topology().endpoints().size(); i++) {
            if (subject.endpoint(i) instanceof EndpointNode.PciRange range) {
                translated.add(unmasked(rectangle(range.first(), range.last(), i), range.mask()));
            } else if (subject.endpoint(i) instanceof EndpointNode.Platform device) {
                bases.put(device.base(), i);
            }
        }
        for (int i = 0; i < subject.topology().untranslated().size(); i++) {
            UntranslatedNode node = subject.topology().untranslated().get(i);
            if (node instanceof UntranslatedNode.PciRange range) {
                untranslated.add(rectangle(range.first(), range.last(), i));
            } else if (node instanceof UntranslatedNode.Platform device && bases.containsKey(device.base())) {
                addContradiction(new Overlaps.Pair(i, bases.get(device.base())));
            }
        }
        if (!untranslated.isEmpty()) {
            Overlaps.between(untranslated, translated).forEach(this::addContradiction);
        }
    }

    private static Overlaps.Rectangle rectangle(PciAddress first, PciAddress last, int owner) {
        return new Overlaps.Rectangle(first.segment(), last.segment(), first.bdf(), last.bdf(), owner);
    }

    private static Overlaps.Rectangle unmasked(Overlaps.Rectangle masked, int mask) {
        int right = masked.right() | ~mask & EndpointNode.PciRange.ALL_BITS;
        return new Overlaps.Rectangle(masked.top(), masked.bottom(), masked.left(), right, masked.owner());
    }

    private void addContradiction(Overlaps.Pair pair) {
        problems.add(new Problem(
                Problem.Kind.UNTRANSLATED_ENDPOINT,
                subject.untranslatedOrigins().get(pair.earlier()),
                subject.topology().untranslated().get(pair.earlier()) + " is to be untranslated, but "
                        + subject.reference(pair.later()) + " puts it behind "
                        + subject.endpoint(pair.later()).iommu()
                        + "; it is translated"));
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
