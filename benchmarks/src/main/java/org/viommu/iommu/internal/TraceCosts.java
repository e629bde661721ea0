// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a trace costs that is off. Each process has two copies of the device, one with the trace and one from which the
 * compiler has left it out, and both work in turn for a millisecond each, so that whatever else the machine does hits
 * them alike. What differs from process to process is how the compiler and the allocator happened to lay things out; so
 * many are started. Prints the median of theirs, and between what the middle half of them lies.
 */
public final class TraceCosts {
    private static final int PROCESSES = 16;
    private static final double PER_CENT = 100;

    private TraceCosts() {}

    /**
     * Measures.
     *
     * @param arguments how many processes; 16 unless given
     * @throws IOException if a process cannot be started
     */
    public static void main(String[] arguments) throws IOException {
        int processes = arguments.length == 0 ? PROCESSES : Integer.parseInt(arguments[0]);
        Map<String, List<Double>> ratios = new TreeMap<>();
        for (int process = 0; process < processes; process++) {
            // Which copy is made first changes, so that its place in memory favours none.
            measure(process % 2 == 0, ratios);
            System.err.printf("process %d of %d done%n", process + 1, processes);
        }
        System.out.printf("%-20s %12s %8s %8s%n", "", "trace off", "from", "to");
        ratios.forEach((name, all) -> {
            List<Double> sorted = all.stream().sorted().toList();
            System.out.printf(
                    "%-20s %+10.1f %% %+6.1f %% %+6.1f %%%n",
                    name,
                    more(sorted.get(sorted.size() / 2)),
                    more(sorted.get(sorted.size() / 4)),
                    more(sorted.get(sorted.size() - 1 - sorted.size() / 4)));
        });
    }

    private static double more(double ratio) {
        return (ratio - 1) * PER_CENT;
    }

    private static void measure(boolean withFirst, Map<String, List<Double>> ratios) throws IOException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        TracePair.class.getName(),
                        Boolean.toString(withFirst))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                ratios.computeIfAbsent(words[0], name -> new ArrayList<>()).add(Double.valueOf(words[1]));
            }
        }
    }
}
