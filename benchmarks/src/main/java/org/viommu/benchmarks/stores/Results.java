// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was measured with one workload: for each store and section a figure from each round. */
final class Results {
    /**
     * What one process came to with one section.
     *
     * @param nanos of each record, the median of the passes
     * @param value the checksum, or of a memory section the bytes, the most of the passes: later ones may find memory that the process has kept
     */
    record Figure(double nanos, double value) {}

    private final Map<Store, Map<String, List<Figure>>> figures = new EnumMap<>(Store.class);
    private final Instant measured;

    /** Begins a measurement. */
    Results() {
        this(Instant.now());
    }

    private Results(Instant measured) {
        this.measured = measured;
    }

    /** When the measurement began. */
    Instant measured() {
        return measured;
    }

    /**
     * Adds one round, as printed by a process: pass, section, records, nanoseconds, value.
     *
     * @param live mappings that the range section removes, which counts for these and not for its requests
     */
    void add(Store store, int live, List<String> lines) {
        Map<String, List<double[]>> passes = new HashMap<>();
        for (String line : lines) {
            String[] words = line.split(" ");
            double count = words[1].equals("range") ? live : Double.parseDouble(words[2]);
            passes.computeIfAbsent(words[1], section -> new ArrayList<>())
                    .add(new double[] {Double.parseDouble(words[3]) / count, Double.parseDouble(words[4])});
        }
        passes.forEach((section, all) -> figures.computeIfAbsent(store, s -> new HashMap<>())
                .computeIfAbsent(section, s -> new ArrayList<>())
                .add(new Figure(
                        median(all.stream().map(pass -> pass[0]).toList()),
                        section.equals("memory")
                                ? all.stream()
                                        .mapToDouble(pass -> pass[1])
                                        .max()
                                        .orElseThrow()
                                : median(all.stream().map(pass -> pass[1]).toList()))));
    }

    void save(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(measured.toString());
        figures.forEach((store, sections) -> sections.forEach((section, rounds) -> rounds.forEach(
                figure -> lines.add(store + " " + section + " " + figure.nanos() + " " + figure.value()))));
        Files.write(file, lines);
    }

    static Results load(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        Results results = new Results(Instant.parse(lines.get(0)));
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split(" ");
            results.figures
                    .computeIfAbsent(Store.valueOf(words[0]), s -> new HashMap<>())
                    .computeIfAbsent(words[1], s -> new ArrayList<>())
                    .add(new Figure(Double.parseDouble(words[2]), Double.parseDouble(words[3])));
        }
        return results;
    }

    boolean has(Store store) {
        return figures.containsKey(store);
    }

    boolean has(Store store, String section) {
        return figures.getOrDefault(store, Map.of()).containsKey(section);
    }

    /** Nanoseconds for each record, the median of the rounds. */
    double nanos(Store store, String section) {
        return median(rounds(store, section).stream().map(Figure::nanos).toList());
    }

    /** The section's value, the median of the rounds. */
    double value(Store store, String section) {
        return median(rounds(store, section).stream().map(Figure::value).toList());
    }

    /** How many times as long one store takes as another: the median of the rounds, in each of which they had their turns one soon after the other. */
    double ratio(String section, Store slower, Store faster) {
        List<Figure> one = rounds(slower, section);
        List<Figure> other = rounds(faster, section);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            ratios.add(one.get(i).nanos() / other.get(i).nanos());
        }
        return median(ratios);
    }

    /** The stores whose answers differ from those of a Java store. */
    List<Store> differing(String section) {
        double expected = value(Store.RADIX, section);
        return figures.keySet().stream()
                .filter(store -> has(store, section) && value(store, section) != expected)
                .toList();
    }

    private List<Figure> rounds(Store store, String section) {
        return figures.getOrDefault(store, Map.of()).getOrDefault(section, List.of());
    }

    private static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
