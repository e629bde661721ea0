// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics;

import java.util.List;

/**
 * A metric: what is measured, and its value for each set of labels.
 *
 * @param name by the conventions of Prometheus, for example {@code viommu_requests_total}
 * @param kind whether it only grows
 * @param help what it means, one line
 * @param samples at least one
 */
public record Metric(String name, Kind kind, String help, List<Sample> samples) {
    /** How the value of a metric moves. */
    public enum Kind {
        /** It grows, and begins at 0 with the device. */
        COUNTER,
        /** It goes up and down. */
        GAUGE
    }

    /** Copies the list. */
    public Metric {
        samples = List.copyOf(samples);
    }
}
