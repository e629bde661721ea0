// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.viommu.benchmarks.stores.StoreComparison.Measured;

/** Writes what was measured as Markdown, with a plot beside. */
final class Report {
    private static final String FILE = "stores-report.md";
    private static final String PLOT = "stores-report.svg";

    private final Measured measured;
    private final StringBuilder text = new StringBuilder();

    Report(Measured measured) {
        this.measured = measured;
    }

    /** Nanoseconds that an UNMAP of many mappings takes for each of them. */
    static double nanosRemoved(Measured measured, Workload workload, Store store) {
        return measured.of(workload).nanos(store, "range");
    }

    void write(Path docs) throws IOException {
        say("# Mapping stores, measured");
        say("");
        say(
                "Written by `benchmarks/stores`; [stores.md](stores.md) says what is compared and what was tried where a target is missed.");
        say(
                "Machine: %s, %d processors; Java %s; nanoseconds are medians, ratios are medians of rounds in which the stores have their turns one after the other.",
                processor(), Runtime.getRuntime().availableProcessors(), Runtime.version());
        say("Measured %s.", span());
        say("");
        say("## Targets of the default store");
        say("");
        say("| work | wanted | measured | |");
        say("|---|---|---|---|");
        for (Target target : Target.all()) {
            double figure = target.figure().applyAsDouble(measured);
            String verdict = Double.isNaN(figure) ? "not measured" : target.met(measured) ? "met" : "**missed**";
            say("| %s | %s | %s | %s |", target.work(), target.wanted(), number(figure) + " " + target.unit(), verdict);
        }
        say("");
        say("## Cost against live mappings");
        say("");
        say("![Cost of MAP and UNMAP and of a random look-up, from 1k to 4M live mappings](%s)", PLOT);
        say("");
        say(
                "Nanoseconds for each request (MAP and UNMAP in turn), each look-up that waits for the one before (random, DMA order), each look-up of many at once");
        say("(stream), and each mapping that an UNMAP of 16 MiB removes.");
        say("");
        say(
                "The rows of stores are bare look-ups and changes of one table. The last row is what the device does around the default store: rules of MAP and UNMAP, and");
        say(
                "for a look-up the decision of a port on an access (reserved regions, bypass, domain, permissions, its translation cache), as `DmaPort` makes it, without");
        say("the requests' bytes and the memory behind.");
        crowd("MAP, UNMAP", "churn");
        crowd("random look-up", "random");
        crowd("stream of look-ups", "stream");
        crowd("look-up in DMA order", "dma");
        removal();
        say("");
        say("## Other patterns");
        say("");
        say("64k single pages at random places; ten huge unaligned ranges.");
        patterns();
        say("");
        say("## Bytes for each mapping");
        memory();
        say("");
        say("## A reader beside a writer");
        say("");
        say(
                "What is left of a reader's rate beside a writer that maps and unmaps without a pause, elsewhere or every other page between those that are read, so that both work on the same cache lines.");
        say("");
        say("| store | elsewhere | between |");
        say("|---|--:|--:|");
        for (Store store : StoreComparison.javaStores()) {
            say(
                    "| %s | %s %% | %s %% |",
                    store.title,
                    number(100 * measured.reader().value(store, "apart")),
                    number(100 * measured.reader().value(store, "mixed")));
        }
        differences();
        Files.writeString(docs.resolve(FILE), text);
        Files.writeString(docs.resolve(PLOT), new Plot(measured).svg());
    }

    private void crowd(String title, String section) {
        header(title);
        for (Store store : Store.values()) {
            row(store, workload -> measured.of(workload).nanos(store, section));
        }
    }

    private void removal() {
        header("UNMAP of 16 MiB, each mapping");
        for (Store store : Store.values()) {
            row(store, workload -> nanosRemoved(measured, workload, store));
        }
    }

    private void header(String title) {
        List<Workload> crowds = crowds();
        say("");
        say(
                "| %s | %s |",
                title,
                crowds.stream()
                        .map(w -> w.name().substring(1).replace('K', 'k'))
                        .collect(Collectors.joining(" | ")));
        say("|---|%s", "--:|".repeat(crowds.size()));
    }

    private void row(Store store, ToDoubleFunction<Workload> figure) {
        say(
                "| %s | %s |",
                store.title,
                crowds().stream()
                        .map(workload -> number(figure.applyAsDouble(workload)))
                        .collect(Collectors.joining(" | ")));
    }

    private void patterns() {
        say("");
        say("| store | random pages: MAP, UNMAP | look-up | stream of look-ups | huge ranges: MAP, UNMAP | look-up |");
        say("|---|--:|--:|--:|--:|--:|");
        Results sparse = measured.of(Workload.SPARSE);
        Results huge = measured.of(Workload.HUGE);
        for (Store store : Store.values()) {
            say(
                    "| %s | %s | %s | %s | %s | %s |",
                    store.title,
                    number(sparse.nanos(store, "churn")),
                    number(sparse.nanos(store, "random")),
                    number(sparse.nanos(store, "stream")),
                    number(huge.nanos(store, "churn")),
                    number(huge.nanos(store, "random")));
        }
    }

    /** When the measurements began, from the first to the last of them. */
    private String span() {
        List<Instant> times = Stream.concat(measured.workloads().values().stream(), Stream.of(measured.reader()))
                .filter(results -> results.has(Store.RADIX))
                .map(results -> results.measured().truncatedTo(ChronoUnit.MINUTES))
                .sorted()
                .toList();
        if (times.isEmpty()) {
            return "nothing yet";
        }
        Instant first = times.get(0);
        Instant last = times.get(times.size() - 1);
        return first.equals(last) ? "at " + first : "from " + first + " to " + last;
    }

    private void memory() {
        List<Workload> workloads = List.of(Workload.C64K, Workload.C1M, Workload.SPARSE, Workload.SPREAD);
        say("");
        say("Heap after a collection for Java, resident memory for the others.");
        say("");
        say("| store | 64k close together | 1M close together | random pages | 8 pages in each 2 MiB |");
        say("|---|--:|--:|--:|--:|");
        for (Store store : Store.values()) {
            if (store == Store.PORT) {
                continue;
            }
            say(
                    "| %s | %s |",
                    store.title,
                    workloads.stream()
                            .map(workload -> number(measured.of(workload).value(store, "memory") / workload.live))
                            .collect(Collectors.joining(" | ")));
        }
    }

    /** Every store must give the same answers. */
    private void differences() {
        List<String> differing = new ArrayList<>();
        measured.workloads()
                .forEach((workload, results) -> Stream.of("churn", "random", "stream", "dma", "range")
                        .forEach(section -> results.differing(section)
                                .forEach(store -> differing.add(workload + " " + section + " " + store.title))));
        say("");
        say(
                differing.isEmpty()
                        ? "All stores gave the same answers to every trace."
                        : "**Answers differ**: " + String.join(", ", differing));
    }

    private List<Workload> crowds() {
        return Stream.of(Workload.values()).filter(Workload::crowd).toList();
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.exists(info)) {
            return System.getProperty("os.arch");
        }
        return Files.readAllLines(info).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        return value < 10 ? "%.2f".formatted(value) : value < 100 ? "%.1f".formatted(value) : "%,.0f".formatted(value);
    }

    private void say(String format, Object... arguments) {
        text.append(arguments.length == 0 ? format : format.formatted(arguments))
                .append('\n');
    }
}
