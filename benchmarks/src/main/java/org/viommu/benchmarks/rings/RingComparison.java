// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.rings;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the ring benchmarks and prints what ours reach of the ones in C. Takes JMH's options, for example
 * {@code -p layout=split RingDevice}.
 *
 * <p>The speed of a processor that is shared with others changes within seconds, so that only what runs one right after
 * the other compares: all is done several times, ours and the one in C in turn, and the median counts.
 */
public final class RingComparison {
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final int PASSES = 5;
    private static final TimeValue ITERATION = TimeValue.milliseconds(400);
    private static final List<String> LAYOUTS = List.of("split", "packed");
    private static final List<String> BATCHES = List.of("1", "8", "64");

    /** What one pass has found: requests in a microsecond, and bytes for each of ours. */
    private record Pass(double java, double c, double allocated) {
        Pass with(boolean isJava, double score, double bytes) {
            return isJava ? new Pass(score, c, bytes) : new Pass(java, score, allocated);
        }

        double ratio() {
            return java / c;
        }
    }

    private RingComparison() {}

    /**
     * Runs them.
     *
     * @param arguments JMH's
     * @throws RunnerException if a benchmark fails
     * @throws CommandLineOptionException if an argument is none of JMH's
     */
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        CommandLineOptions options = new CommandLineOptions(arguments);
        Map<String, List<Pass>> passes = new TreeMap<>();
        for (String layout : options.getParameter("layout").orElse(LAYOUTS)) {
            for (String batch : options.getParameter("batch").orElse(BATCHES)) {
                for (int pass = 0; pass < PASSES; pass++) {
                    collect(run(options, layout, batch), passes);
                }
            }
        }
        System.out.printf("%nrequests in a microsecond, and what Java reaches of C: medians of %d%n", PASSES);
        passes.forEach(RingComparison::print);
    }

    private static Collection<RunResult> run(CommandLineOptions options, String layout, String batch)
            throws RunnerException {
        OptionsBuilder builder = new OptionsBuilder();
        builder.parent(options).addProfiler(GCProfiler.class);
        builder.param("layout", layout).param("batch", batch);
        builder.warmupTime(options.getWarmupTime().orElse(ITERATION));
        builder.measurementTime(options.getMeasurementTime().orElse(ITERATION));
        if (options.getIncludes().isEmpty()) {
            builder.include("\\.rings\\.");
        }
        return new Runner(builder.build()).run();
    }

    private static void collect(Collection<RunResult> results, Map<String, List<Pass>> passes) {
        Map<String, Pass> one = new TreeMap<>();
        for (RunResult result : results) {
            String[] names = result.getParams().getBenchmark().split("\\.");
            String name = "%-20s %-6s batch %2s"
                    .formatted(
                            names[names.length - 2],
                            result.getParams().getParam("layout"),
                            result.getParams().getParam("batch"));
            Map<String, Result<?>> more = secondary(result);
            Result<?> score = more.containsKey("requests") ? more.get("requests") : result.getPrimaryResult();
            double allocated = more.containsKey(ALLOCATED) ? more.get(ALLOCATED).getScore() : Double.NaN;
            Pass pass = one.getOrDefault(name, new Pass(Double.NaN, Double.NaN, Double.NaN));
            one.put(name, pass.with(names[names.length - 1].equals("java"), score.getScore(), allocated));
        }
        one.forEach((name, pass) ->
                passes.computeIfAbsent(name, any -> new ArrayList<>()).add(pass));
    }

    /** JMH's type is raw. */
    private static Map<String, Result<?>> secondary(RunResult result) {
        Map<String, Result<?>> results = new TreeMap<>();
        result.getSecondaryResults().forEach(results::put);
        return results;
    }

    private static void print(String name, List<Pass> passes) {
        System.out.printf(
                "%s   Java %6.2f   C %6.2f   ratio %.2f (%.2f to %.2f)   %.3f B allocated%n",
                name,
                at(passes, Pass::java, PASSES / 2),
                at(passes, Pass::c, PASSES / 2),
                at(passes, Pass::ratio, PASSES / 2),
                at(passes, Pass::ratio, 0),
                at(passes, Pass::ratio, PASSES - 1),
                at(passes, Pass::allocated, PASSES / 2));
    }

    /** One of the sorted values of all passes. */
    private static double at(List<Pass> passes, ToDoubleFunction<Pass> value, int index) {
        return passes.stream().mapToDouble(value).sorted().toArray()[index];
    }
}
