// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.viommu.benchmarks.stores.StoreComparison.Measured;

/** Two diagrams with logarithmic axes: nanoseconds against live mappings. */
final class Plot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 420;
    private static final int SIDE = 330;
    private static final int TOP = 50;
    private static final List<Integer> LEFT = List.of(70, 510);
    private static final double MAX_DECADE = 4;
    private static final List<String> COLOURS = List.of("#b33", "#d80", "#888", "#06c", "#283", "#84b");

    private final Measured measured;
    private final List<Workload> crowds =
            Stream.of(Workload.values()).filter(Workload::crowd).toList();
    private final StringBuilder svg = new StringBuilder();

    Plot(Measured measured) {
        this.measured = measured;
    }

    String svg() {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">",
                WIDTH, HEIGHT);
        add("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, HEIGHT);
        diagram(LEFT.get(0), "MAP and UNMAP, ns for each request", "churn");
        diagram(LEFT.get(1), "random look-up that waits for the one before, ns", "random");
        for (Store store : Store.values()) {
            int x = LEFT.get(0) + store.ordinal() * 140;
            add("<rect x=\"%d\" y=\"8\" width=\"14\" height=\"4\" fill=\"%s\"/>", x, colour(store));
            add("<text x=\"%d\" y=\"14\">%s</text>", x + 18, store.title);
        }
        add("</svg>");
        return svg.toString();
    }

    private void diagram(int left, String title, String section) {
        add("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>", left, TOP - 12, title);
        for (int decade = 0; decade <= MAX_DECADE; decade++) {
            double y = y(Math.pow(10, decade));
            add("<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>", left, y, left + SIDE, y);
            add(
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%,d</text>",
                    left - 6, y + 4, (int) Math.pow(10, decade));
        }
        for (Workload crowd : crowds) {
            double x = x(left, crowd);
            add("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#eee\"/>", x, TOP, x, TOP + SIDE);
            add(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x, TOP + SIDE + 18, crowd.name().substring(1).replace('K', 'k'));
        }
        for (Store store : Store.values()) {
            StringBuilder points = new StringBuilder();
            for (Workload crowd : crowds) {
                double nanos = measured.of(crowd).nanos(store, section);
                if (!Double.isNaN(nanos)) {
                    points.append("%.1f,%.1f ".formatted(x(left, crowd), y(nanos)));
                }
            }
            add(
                    "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>",
                    points.toString().trim(), colour(store), store == Store.C_RADIX ? " stroke-dasharray=\"5 4\"" : "");
        }
    }

    private double x(int left, Workload crowd) {
        return left + (double) SIDE * crowd.ordinal() / (crowds.size() - 1);
    }

    private static double y(double nanos) {
        double decades = Math.clamp(Math.log10(nanos), 0, MAX_DECADE);
        return TOP + SIDE - SIDE * decades / MAX_DECADE;
    }

    private static String colour(Store store) {
        return COLOURS.get(store.ordinal());
    }

    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
