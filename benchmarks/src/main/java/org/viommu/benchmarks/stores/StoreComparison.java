// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.viommu.benchmarks.SystemCompiler.MissingTool;

/**
 * Compares the mapping stores with native ones on the same traces, and writes the report. Each store has a process of its own for each trace; they have their
 * turns one after the other, round by round.
 */
final class StoreComparison {
    private static final String READER = "reader";

    private final Path work;
    private final NativePeers peers;

    private StoreComparison(Path root) {
        work = root.resolve("benchmarks/target/stores");
        peers = new NativePeers(root.resolve("benchmarks/native"), work.resolve("bin"));
    }

    /**
     * Runs. What was measured before is kept for the report, so that one workload can be measured again.
     *
     * @param arguments the project's folder; then the workloads ({@code c64k}, {@code reader}, {@code none}, …), all of them if there is none
     * @throws IOException if a file cannot be read or written
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path root = Path.of(arguments[0]);
        List<String> wanted = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
        if (wanted.isEmpty()) {
            Stream.of(Workload.values()).map(StoreComparison::nameOf).forEach(wanted::add);
            wanted.add(READER);
        }
        StoreComparison comparison = new StoreComparison(root);
        try {
            comparison.peers.build();
        } catch (MissingTool e) {
            System.err.println("stores: " + e.getMessage());
            System.exit(1);
        }
        for (String name : wanted) {
            comparison.measure(name);
        }
        new Report(comparison.load()).write(root.resolve("docs"));
    }

    static String nameOf(Workload workload) {
        return workload.name().toLowerCase(Locale.ROOT);
    }

    private void measure(String name) throws IOException, InterruptedException {
        if (name.equals(READER)) {
            Results results = new Results();
            for (Store store : javaStores()) {
                results.add(store, 1, readerLines(store));
            }
            results.save(work.resolve(READER + ".txt"));
            return;
        }
        Optional<Workload> workload =
                Stream.of(Workload.values()).filter(w -> nameOf(w).equals(name)).findFirst();
        if (workload.isPresent()) {
            measure(workload.get());
        } else if (!name.equals("none")) {
            throw new IllegalArgumentException("there is no workload " + name);
        }
    }

    private void measure(Workload workload) throws IOException, InterruptedException {
        Path trace = trace(workload);
        Path warmUp = trace(workload.warmUp());
        Results results = new Results();
        for (int round = 0; round < workload.rounds; round++) {
            for (Store store : Store.values()) {
                if (workload.suits(store)) {
                    System.err.printf("stores: %s, round %d, %s%n", nameOf(workload), round + 1, store.title);
                    results.add(store, workload.live, lines(command(store, warmUp, trace, workload.passes)));
                }
            }
        }
        results.save(work.resolve(nameOf(workload) + ".txt"));
        Files.delete(trace);
        Files.deleteIfExists(warmUp);
    }

    private Path trace(Workload workload) throws IOException {
        Path file = work.resolve(nameOf(workload) + ".trace");
        TraceGenerator.generate(workload).write(file);
        return file;
    }

    private List<String> command(Store store, Path warmUp, Path trace, int passes) {
        return store.isNative()
                ? List.of(peers.binary(store).toString(), trace.toString(), Integer.toString(passes))
                : java(TraceRun.class, store.type, warmUp.toString(), trace.toString(), Integer.toString(passes));
    }

    /** As the lines of a trace: the nanoseconds are those of a look-up with a writer beside, the value is the part of the rate alone that is left. */
    private List<String> readerLines(Store store) throws IOException, InterruptedException {
        System.err.printf("stores: reader beside writer, %s%n", store.title);
        return lines(java(ReaderRun.class, store.type)).stream()
                .map(line -> line.split(" "))
                .map(words -> words[0] + " " + words[1] + " 1 " + 1e9 / Double.parseDouble(words[3]) + " "
                        + Double.parseDouble(words[3]) / Double.parseDouble(words[2]))
                .toList();
    }

    private static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms3g",
                "-Xmx3g",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> lines(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("failed: " + String.join(" ", command));
        }
        return text.lines().toList();
    }

    static List<Store> javaStores() {
        return Stream.of(Store.values()).filter(store -> !store.isNative()).toList();
    }

    private Measured load() throws IOException {
        Map<Workload, Results> all = new EnumMap<>(Workload.class);
        for (Workload workload : Workload.values()) {
            Path file = work.resolve(nameOf(workload) + ".txt");
            if (Files.exists(file)) {
                all.put(workload, Results.load(file));
            }
        }
        Path reader = work.resolve(READER + ".txt");
        return new Measured(all, Files.exists(reader) ? Results.load(reader) : new Results());
    }

    /**
     * Everything that the report is about.
     *
     * @param workloads what was measured with each
     * @param reader what a reader achieves beside a writer
     */
    record Measured(Map<Workload, Results> workloads, Results reader) {
        Results of(Workload workload) {
            return workloads.getOrDefault(workload, new Results());
        }
    }
}
