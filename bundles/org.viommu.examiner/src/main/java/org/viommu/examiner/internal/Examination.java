// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.examiner.internal;

import java.io.PrintStream;
import java.util.Locale;
import org.viommu.conformance.DevicePort;
import org.viommu.conformance.Differential;
import org.viommu.conformance.Report;
import org.viommu.conformance.Suite;
import org.viommu.conformance.Verdict;

/** All that is found out about one device, told on paper. */
final class Examination {
    /** So many requests take a second or so. */
    private static final long REPORTED_EACH = 100_000;

    private final long requests;
    private final long seed;
    private final PrintStream paper;
    private final PrintStream progress;

    /**
     * Prepares.
     *
     * @param requests random requests to compare
     * @param seed of these
     * @param paper for what is found
     * @param progress for how far it has come
     */
    Examination(long requests, long seed, PrintStream paper, PrintStream progress) {
        this.requests = requests;
        this.seed = seed;
        this.paper = paper;
        this.progress = progress;
    }

    /**
     * Examines a device.
     *
     * @return whether all that can be observed is as it must be
     */
    boolean run(DevicePort port) {
        Report report = Suite.run(port, result -> {});
        paper.println(report.table());
        boolean passed = report.results().size() == report.count(Verdict.HOLDS) + report.count(Verdict.NOT_OBSERVABLE);
        if (requests > 0) {
            Differential.Outcome outcome =
                    new Differential(port, seed).run(requests, (step, oracle) -> progress(step + 1));
            paper.println(outcome.text());
            passed &= outcome.differences().isEmpty();
        }
        paper.println();
        return passed;
    }

    private void progress(long done) {
        if (done % REPORTED_EACH == 0 && done < requests) {
            progress.println(String.format(Locale.ROOT, "viommu conformance: %,d of %,d requests", done, requests));
        }
    }
}
