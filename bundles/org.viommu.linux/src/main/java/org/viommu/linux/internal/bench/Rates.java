// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.viommu.linux.internal.Narrator;

/** What both sides reached in each round. */
final class Rates {
    private static final String ROW = "%-26s %12s %12s %8s";

    private final Map<Workload, List<Round>> rounds = new EnumMap<>(Workload.class);

    /** One measurement of both sides, one after the other. */
    private record Round(double own, double peer) {
        double ratio() {
            return own / peer;
        }
    }

    /**
     * Takes a round.
     *
     * @param own rate of Viommu, per second
     * @param peer rate of the other side, per second
     */
    void add(Workload workload, double own, double peer) {
        rounds.computeIfAbsent(workload, ignored -> new ArrayList<>()).add(new Round(own, peer));
    }

    /** The rate of Viommu in the middle of all rounds, per second. */
    double own(Workload workload) {
        return median(rounds.get(workload).stream().mapToDouble(Round::own).toArray());
    }

    /** The rate of the other side in the middle of all rounds, per second. */
    double peer(Workload workload) {
        return median(rounds.get(workload).stream().mapToDouble(Round::peer).toArray());
    }

    /** The ratio in the middle of the ratios of all rounds: what slows the machine for a while slows both sides. */
    double ratio(Workload workload) {
        return median(rounds.get(workload).stream().mapToDouble(Round::ratio).toArray());
    }

    /** Prints a table. */
    void tell(Narrator narrator, String ownName, String peerName) {
        narrator.say(ROW, "per second, median", ownName, peerName, "ratio");
        rounds.keySet()
                .forEach(workload -> narrator.say(
                        ROW,
                        workload.description(),
                        "%,.0f".formatted(own(workload)),
                        "%,.0f".formatted(peer(workload)),
                        "%.2f".formatted(ratio(workload))));
    }

    private static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
