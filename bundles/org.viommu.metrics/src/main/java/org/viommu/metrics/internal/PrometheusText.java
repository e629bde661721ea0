// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.viommu.metrics.Metric;
import org.viommu.metrics.Sample;

/** The text format of Prometheus, version 0.0.4. */
final class PrometheusText {
    static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private PrometheusText() {}

    static String of(List<Metric> metrics) {
        StringBuilder text = new StringBuilder();
        for (Metric metric : metrics) {
            String name = metric.name();
            text.append("# HELP ")
                    .append(name)
                    .append(' ')
                    .append(escaped(metric.help()))
                    .append('\n');
            text.append("# TYPE ").append(name).append(' ');
            text.append(metric.kind().name().toLowerCase(Locale.ROOT)).append('\n');
            metric.samples().forEach(sample -> append(text, name, sample));
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String name, Sample sample) {
        text.append(series(name, sample))
                .append(' ')
                .append(number(sample.value()))
                .append('\n');
    }

    /** A metric's name with a sample's labels, which no other sample has. */
    static String series(String name, Sample sample) {
        StringBuilder series = new StringBuilder(name);
        String separator = "{";
        for (Map.Entry<String, String> label : sample.labels().entrySet()) {
            series.append(separator).append(label.getKey()).append("=\"");
            series.append(escaped(label.getValue()).replace("\"", "\\\"")).append('"');
            separator = ",";
        }
        return sample.labels().isEmpty() ? name : series.append('}').toString();
    }

    /** Whole numbers without a fraction, as all counters are. */
    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 0x1p53
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n");
    }
}
