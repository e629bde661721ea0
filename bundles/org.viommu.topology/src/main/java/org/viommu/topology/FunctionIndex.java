// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Finds the last PCI range that contains a function in O(log² n), whatever the ranges are. Immutable.
 *
 * <p>A segment tree over the PCI segments, which have been cut into bands in which nothing begins or ends. Each of its nodes knows for the ranges that cover all
 * of its bands which one counts for which BDF; a function asks the nodes between the root and its band. A machine with one segment has one node.
 */
final class FunctionIndex {
    private final List<EndpointNode> endpoints;
    private final Masked[] byMask;

    /** @param endpoints where two ranges contain a function, the later one counts */
    FunctionIndex(List<EndpointNode> endpoints) {
        this.endpoints = endpoints;
        Map<Integer, List<Integer>> positions = new TreeMap<>();
        for (int i = 0; i < endpoints.size(); i++) {
            if (endpoints.get(i) instanceof EndpointNode.PciRange range) {
                positions
                        .computeIfAbsent(range.mask(), mask -> new ArrayList<>())
                        .add(i);
            }
        }
        byMask = positions.entrySet().stream()
                .map(entry -> new Masked(entry.getKey(), entry.getValue()))
                .toArray(Masked[]::new);
    }

    Optional<EndpointNode.PciRange> find(PciAddress function) {
        return Optional.ofNullable(find(function.segment(), function.bdf()));
    }

    /** The last range that contains a function, or null. Allocates nothing. */
    EndpointNode.PciRange find(int segment, int bdf) {
        int last = -1;
        for (Masked ranges : byMask) {
            last = Math.max(last, ranges.find(segment, bdf));
        }
        return last < 0 ? null : (EndpointNode.PciRange) endpoints.get(last);
    }

    /** The ranges of one mask. */
    private final class Masked {
        private final int mask;
        private final int[] bands;
        private final Map<Integer, TreeMap<Integer, Span>> growing = new TreeMap<>();
        private final Spans[] tree;

        Masked(int mask, List<Integer> positions) {
            this.mask = mask;
            bands = positions.stream()
                    .flatMapToInt(position -> IntStream.of(
                            range(position).first().segment(),
                            range(position).last().segment() + 1))
                    .sorted()
                    .distinct()
                    .toArray();
            for (int position : positions) {
                int first = band(range(position).first().segment());
                int last = band(range(position).last().segment());
                insert(1, 0, bands.length - 1, first, last, position);
            }
            tree = new Spans[4 * bands.length];
            growing.forEach((node, spans) -> tree[node] = Spans.of(spans));
            growing.clear();
        }

        int find(int segment, int fullBdf) {
            int band = band(segment);
            int bdf = fullBdf & mask;
            int last = -1;
            int node = 1;
            int low = 0;
            int high = bands.length - 1;
            while (band >= 0) {
                if (tree[node] != null) {
                    last = Math.max(last, tree[node].find(bdf));
                }
                if (low == high) {
                    break;
                }
                int middle = low + high >>> 1;
                boolean left = band <= middle;
                node = 2 * node + (left ? 0 : 1);
                low = left ? low : middle + 1;
                high = left ? middle : high;
            }
            return last;
        }

        private void insert(int node, int low, int high, int first, int last, int position) {
            if (first > high || last < low) {
                return;
            }
            if (first <= low && high <= last) {
                EndpointNode.PciRange range = range(position);
                Span span = new Span(range.first().bdf(), range.last().bdf(), position);
                span.putInto(growing.computeIfAbsent(node, key -> new TreeMap<>()));
                return;
            }
            int middle = low + high >>> 1;
            insert(2 * node, low, middle, first, last, position);
            insert(2 * node + 1, middle + 1, high, first, last, position);
        }

        /** The band that a segment is in; -1 if it is below all. */
        private int band(int segment) {
            int found = Arrays.binarySearch(bands, segment);
            return found >= 0 ? found : -found - 2;
        }

        private EndpointNode.PciRange range(int position) {
            return (EndpointNode.PciRange) endpoints.get(position);
        }
    }

    /** BDFs, inclusive, for which the range at a position counts. */
    private record Span(int first, int last, int position) {
        /** Adds this to disjoint spans, of which it takes away what they share. */
        void putInto(TreeMap<Integer, Span> spans) {
            Map.Entry<Integer, Span> entry = spans.floorEntry(last);
            while (entry != null && entry.getValue().last >= first) {
                Span other = entry.getValue();
                spans.remove(other.first);
                if (other.last > last) {
                    spans.put(last + 1, new Span(last + 1, other.last, other.position));
                }
                if (other.first < first) {
                    spans.put(other.first, new Span(other.first, first - 1, other.position));
                }
                entry = spans.floorEntry(last);
            }
            spans.put(first, this);
        }
    }

    /** Disjoint spans in ascending order. */
    private record Spans(int[] firsts, int[] lasts, int[] positions) {
        static Spans of(TreeMap<Integer, Span> spans) {
            return new Spans(
                    spans.values().stream().mapToInt(Span::first).toArray(),
                    spans.values().stream().mapToInt(Span::last).toArray(),
                    spans.values().stream().mapToInt(Span::position).toArray());
        }

        int find(int bdf) {
            int found = Arrays.binarySearch(firsts, bdf);
            int index = found >= 0 ? found : -found - 2;
            return index >= 0 && bdf <= lasts[index] ? positions[index] : -1;
        }
    }
}
