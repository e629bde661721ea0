// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * The measured exchanges as a page of the documentation.
 *
 * @param mappings live all the time
 * @param exchanges measured
 * @param pauses nanoseconds for which the writer was stopped by an exchange
 * @param copies nanoseconds for which it was stopped by a plain copy
 * @param load that went on
 * @param garbage of the exchanges
 */
record SwapReport(int mappings, int exchanges, Histogram pauses, Histogram copies, SwapLoad load, SwapGarbage garbage) {
    private static final long TARGET_NANOS = 1_000_000;
    private static final double MEBIBYTE = 1 << 20;

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT, """
                # Exchanging the store under load, measured

                Written by `benchmarks/swap`; [stores.md](stores.md) says how an exchange works.

                %,d live mappings, %d exchanges between mapping.radix and mapping.tree, the request queue always full, one endpoint reading all the time, %d \
                processors for the guest's two threads, the device's and the one that copies.

                ## How long something stands still

                | milliseconds | median | 99th percentile | longest |
                |---|--:|--:|--:|
                """, mappings, exchanges, Runtime.getRuntime().availableProcessors()));
        row(text, "the writer is stopped for an exchange", pauses);
        row(text, "the writer is stopped for a plain copy (%d times)".formatted(copies.getTotalCount()), copies);
        text.append(String.format(
                Locale.ROOT,
                "%nTarget: at most 1 ms at the 99th percentile: **%s**. %,d requests, none refused; %,d reads, none failed or wrong.%n",
                pauses.getValueAtPercentile(99) <= TARGET_NANOS ? "met" : "missed",
                load.requests(),
                load.reads()));
        text.append(String.format(Locale.ROOT, """

                ## What a guest feels

                The time that %d requests take, one after the other in a full queue, and %<d reads.

                | milliseconds | median | 99th percentile | 99.9th | longest |
                |---|--:|--:|--:|--:|
                """, SwapLoad.TIMED));
        longRow(text, "requests, no exchange under way", load.requestTimes(false));
        longRow(text, "requests, during an exchange", load.requestTimes(true));
        longRow(text, "reads, no exchange under way", load.readTimes(false));
        longRow(text, "reads, during an exchange", load.readTimes(true));
        text.append("""

                ## What is allocated

                | MiB for an exchange | median | most |
                |---|--:|--:|
                """);
        garbage.bytesByStore()
                .forEach((store, bytes) -> text.append(String.format(
                        Locale.ROOT,
                        "| into mapping.%s | %.1f | %.1f |%n",
                        store,
                        bytes.getValueAtPercentile(50) / MEBIBYTE,
                        bytes.getMaxValue() / MEBIBYTE)));
        text.append(String.format(Locale.ROOT, """

                The garbage collector (%s) stops all threads:

                | | times a second | milliseconds, median | longest | of the time |
                |---|--:|--:|--:|--:|
                """, SwapGarbage.collector()));
        shareRow(text, "no exchange under way", garbage.share(false));
        shareRow(text, "during an exchange", garbage.share(true));
        return text.toString();
    }

    private static void row(StringBuilder text, String name, Histogram nanos) {
        text.append(String.format(
                Locale.ROOT,
                "| %s | %.3f | %.3f | %.3f |%n",
                name,
                millis(nanos.getValueAtPercentile(50)),
                millis(nanos.getValueAtPercentile(99)),
                millis(nanos.getMaxValue())));
    }

    private static void longRow(StringBuilder text, String name, Histogram nanos) {
        text.append(String.format(
                Locale.ROOT,
                "| %s | %.3f | %.3f | %.3f | %.3f |%n",
                name,
                millis(nanos.getValueAtPercentile(50)),
                millis(nanos.getValueAtPercentile(99)),
                millis(nanos.getValueAtPercentile(99.9)),
                millis(nanos.getMaxValue())));
    }

    private static void shareRow(StringBuilder text, String name, SwapGarbage.Share share) {
        text.append(String.format(
                Locale.ROOT,
                "| %s | %.2f | %.3f | %.3f | %.2f %% |%n",
                name,
                share.pauses().getTotalCount() / (share.time().toNanos() / 1e9),
                millis(share.pauses().getValueAtPercentile(50)),
                millis(share.pauses().getMaxValue()),
                100 * share.stopped()));
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }
}
