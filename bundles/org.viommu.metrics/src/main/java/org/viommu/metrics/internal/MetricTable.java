// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.viommu.metrics.Metric;
import org.viommu.metrics.Metric.Kind;
import org.viommu.metrics.Sample;

/** Collects samples of many devices by metric. */
final class MetricTable {
    private final Map<String, Metric> metrics = new TreeMap<>();
    private final Map<String, List<Sample>> samples = new LinkedHashMap<>();

    /** Adds a sample to a counter; labels come as name and value in turn. */
    void count(String name, String help, double value, String... labels) {
        add(name, Kind.COUNTER, help, value, labels);
    }

    /** Adds a sample to a gauge; labels come as name and value in turn. */
    void gauge(String name, String help, double value, String... labels) {
        add(name, Kind.GAUGE, help, value, labels);
    }

    /** In the order of the names. */
    List<Metric> list() {
        return metrics.values().stream()
                .map(it -> new Metric(it.name(), it.kind(), it.help(), samples.get(it.name())))
                .toList();
    }

    private void add(String name, Kind kind, String help, double value, String... labels) {
        Map<String, String> named = new LinkedHashMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            named.put(labels[i], labels[i + 1]);
        }
        metrics.putIfAbsent(name, new Metric(name, kind, help, List.of()));
        samples.computeIfAbsent(name, it -> new ArrayList<>()).add(new Sample(named, value));
    }
}
