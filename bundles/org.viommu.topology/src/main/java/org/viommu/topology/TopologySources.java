// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The sources of one machine, which come, go and change, and the one graph that they make together.
 *
 * <p>Where two sources say the same, it is said once. Where they contradict one another, the preferred one counts: the one with the higher
 * {@code service.ranking}, then the one that came first. {@link Topology#problems()} of the merged graph explains the contradiction with the coordinates of both,
 * each after the name of its source. The graph of a single source is passed on as it is.
 *
 * <p>Thread-safe.
 */
public final class TopologySources {
    private record Entry(TopologySource source, Topology topology, String name, int ranking, long id) {}

    /** Nodes of later sources override those of earlier ones, so the preferred one is last. */
    private static final Comparator<Entry> PREFERRED_LAST = Comparator.comparingInt(Entry::ranking)
            .thenComparing(Comparator.comparingLong(Entry::id).reversed());

    private final String machine;
    private final List<Entry> entries = new ArrayList<>();
    private Optional<Topology> merged = Optional.empty();

    /**
     * Starts without a source.
     *
     * @param machine name of the machine whose sources are merged
     */
    public TopologySources(String machine) {
        this.machine = machine;
    }

    /**
     * Takes note of a source that has come or changed. One that does not describe the machine, or does not any more, is left out.
     *
     * @param source the service
     * @param properties its service properties
     * @return whether the merged graph is another one now
     */
    public synchronized boolean put(TopologySource source, Map<String, ?> properties) {
        entries.removeIf(entry -> entry.source() == source);
        if (describes(properties.get(TopologySource.MACHINE))) {
            entries.add(new Entry(
                    source,
                    source.topology(),
                    name(properties),
                    properties.get("service.ranking") instanceof Integer ranking ? ranking : 0,
                    properties.get("service.id") instanceof Long id ? id : 0));
            entries.sort(PREFERRED_LAST);
        }
        return update();
    }

    /**
     * Takes note of a source that has gone.
     *
     * @param source the service
     * @return whether the merged graph is another one now
     */
    public synchronized boolean remove(TopologySource source) {
        return entries.removeIf(entry -> entry.source() == source) && update();
    }

    /**
     * The graph that all sources make together.
     *
     * @return the same object until it changes; empty if there is no source
     */
    public synchronized Optional<Topology> topology() {
        return merged;
    }

    /**
     * What is wrong with the merged graph that is wrong with no source alone: they contradict each other.
     *
     * @return the problems, in the order of the merged graph; none if there are fewer than two sources
     */
    public synchronized List<Problem> contradictions() {
        if (entries.size() <= 1) {
            return List.of();
        }
        Set<Problem> own = new HashSet<>();
        for (Entry entry : entries) {
            entry.topology().problems().forEach(it -> own.add(placed(entry, it)));
        }
        return merged.orElseThrow().problems().stream()
                .filter(it -> !own.contains(it))
                .toList();
    }

    private static Problem placed(Entry entry, Problem problem) {
        return new Problem(problem.kind(), entry.name() + ": " + problem.where(), problem.message());
    }

    private boolean describes(Object machines) {
        return machines instanceof String[] several ? List.of(several).contains(machine) : machine.equals(machines);
    }

    private static String name(Map<String, ?> properties) {
        Object name = properties.get(TopologySource.NAME);
        Object origin = properties.get(TopologySource.ORIGIN);
        String words = (name == null ? "" : name + " ") + (origin == null ? "" : origin);
        return words.isBlank() ? "source " + properties.get("service.id") : words.strip();
    }

    private boolean update() {
        Optional<Topology> before = merged;
        merged = merge();
        return !merged.equals(before);
    }

    private Optional<Topology> merge() {
        if (entries.size() <= 1) {
            return entries.stream().findFirst().map(Entry::topology);
        }
        Topology.Builder all = Topology.builder();
        add(Topology::iommus, Topology.Origins::iommus, all::iommu);
        add(Topology::endpoints, Topology.Origins::endpoints, all::endpoint);
        add(Topology::untranslated, Topology.Origins::untranslated, all::untranslated);
        for (Entry entry : entries) {
            for (Problem problem : entry.topology().origins().readerProblems()) {
                all.problem(placed(entry, problem));
            }
        }
        return Optional.of(all.build());
    }

    private record Placed<N>(N node, String where) {}

    /** Adds the nodes of all sources; what several of them agree on where the last one has it, as it is the one that counts. */
    private <N> void add(
            Function<Topology, List<N>> nodes,
            Function<Topology.Origins, List<String>> places,
            BiConsumer<N, String> target) {
        List<Placed<N>> kept = new ArrayList<>();
        for (Entry entry : entries) {
            List<N> own = nodes.apply(entry.topology());
            List<String> where = places.apply(entry.topology().origins());
            Set<N> repeated = new HashSet<>(own);
            kept.removeIf(placed -> repeated.contains(placed.node()));
            for (int i = 0; i < own.size(); i++) {
                kept.add(new Placed<>(own.get(i), entry.name() + ": " + where.get(i)));
            }
        }
        kept.forEach(placed -> target.accept(placed.node(), placed.where()));
    }
}
