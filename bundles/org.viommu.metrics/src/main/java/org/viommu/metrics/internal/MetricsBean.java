// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.util.Map;
import java.util.TreeMap;
import org.viommu.metrics.Metrics;

/** Shows all metrics to JMX; they are read when they are asked for. */
record MetricsBean(Metrics metrics) implements MetricsMXBean {
    @Override
    public Map<String, Double> getValues() {
        Map<String, Double> values = new TreeMap<>();
        metrics.snapshot()
                .forEach(metric -> metric.samples()
                        .forEach(sample -> values.put(PrometheusText.series(metric.name(), sample), sample.value())));
        return values;
    }
}
