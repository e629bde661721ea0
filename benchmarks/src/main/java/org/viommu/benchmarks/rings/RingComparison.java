// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.rings;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the ring benchmarks and prints what ours reach of the ones in C. Takes JMH's options, for example
 * {@code -p layout=split RingDevice}.
 */
public final class RingComparison {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private record Pair(Result<?> java, Result<?> c, double allocated) {
        Pair with(boolean isJava, Result<?> score, double bytes) {
            return isJava ? new Pair(score, c, bytes) : new Pair(java, score, allocated);
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
        OptionsBuilder builder = new OptionsBuilder();
        builder.parent(options).addProfiler(GCProfiler.class);
        if (options.getIncludes().isEmpty()) {
            builder.include("\\.rings\\.");
        }
        print(new Runner(builder.build()).run());
    }

    /** JMH's type is raw. */
    private static Map<String, Result<?>> secondary(RunResult result) {
        Map<String, Result<?>> results = new TreeMap<>();
        result.getSecondaryResults().forEach(results::put);
        return results;
    }

    private static void print(Collection<RunResult> results) {
        Map<String, Pair> pairs = new TreeMap<>();
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
            Pair pair = pairs.getOrDefault(name, new Pair(null, null, Double.NaN));
            pairs.put(name, pair.with(names[names.length - 1].equals("java"), score, allocated));
        }
        System.out.println();
        System.out.println("requests in a microsecond, and what Java reaches of C");
        pairs.forEach((name, pair) -> {
            if (pair.java() != null && pair.c() != null) {
                System.out.printf(
                        "%s   Java %6.2f   C %6.2f   ratio %.2f   %.3f B allocated%n",
                        name,
                        pair.java().getScore(),
                        pair.c().getScore(),
                        pair.java().getScore() / pair.c().getScore(),
                        pair.allocated());
            }
        });
    }
}
