// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * What a trace costs that is off: requests and accesses of a device with it, and of one from which the compiler has left
 * it out, in turn, each in a process of its own. Prints the medians and their ratio.
 */
public final class TraceCosts {
    private static final int ROUNDS = 7;
    private static final String ABSENT = "-Dviommu.trace.absent=";
    private static final List<String> BENCHMARKS = List.of(
            "RequestBenchmark.request", "TranslationBenchmark.access", "TranslationBenchmark.access_to_one_page");

    private TraceCosts() {}

    /**
     * Measures.
     *
     * @param arguments how many rounds; 7 unless given
     * @throws RunnerException if a benchmark fails
     */
    public static void main(String[] arguments) throws RunnerException {
        int rounds = arguments.length == 0 ? ROUNDS : Integer.parseInt(arguments[0]);
        Map<String, List<Double>> with = new TreeMap<>();
        Map<String, List<Double>> without = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
            // Who begins changes, so that a slow drift of the machine hits both alike.
            measure(round % 2 == 0, round % 2 == 0 ? without : with);
            measure(round % 2 != 0, round % 2 != 0 ? without : with);
        }
        System.out.printf("%n%-22s %14s %14s %8s%n", "", "without, ns", "trace off, ns", "ratio");
        with.forEach((name, times) -> System.out.printf(
                "%-22s %14.2f %14.2f %8.3f%n",
                name, median(without.get(name)), median(times), median(times) / median(without.get(name))));
    }

    private static void measure(boolean absent, Map<String, List<Double>> times) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        BENCHMARKS.forEach(name -> options.include(name.replace(".", "\\.") + "$"));
        options.param("live", "65536")
                .forks(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.milliseconds(500))
                .measurementIterations(3)
                .measurementTime(TimeValue.milliseconds(500))
                .jvmArgsAppend(ABSENT + absent);
        for (RunResult result : new Runner(options.build()).run()) {
            times.computeIfAbsent(result.getPrimaryResult().getLabel(), name -> new ArrayList<>())
                    .add(result.getPrimaryResult().getScore());
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
