// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** What the thread that copies allocates for an exchange, and how often and how long the collector stops all threads, with and without one. */
final class SwapGarbage {
    private static final String COLLECTION = "jdk.GarbageCollection";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final long copier;
    private final Map<String, Histogram> allocated = new TreeMap<>();
    private final List<RecordedEvent> collections = new ArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();
    private final RecordingStream stream = new RecordingStream();
    private Instant begin = Instant.MAX;
    private Instant end = Instant.MAX;

    /** A time in which a store was being exchanged. */
    private record Exchange(Instant begin, Instant end) {
        boolean has(Instant time) {
            return !time.isBefore(begin) && time.isBefore(end);
        }

        Duration duration() {
            return Duration.between(begin, end);
        }
    }

    /**
     * The collector's share of some time.
     *
     * @param time of which it is the share
     * @param pauses nanoseconds of each collection in which all threads stood still
     */
    record Share(Duration time, Histogram pauses) {
        /** How much of the time all threads stood still, from 0 to 1. */
        double stopped() {
            double nanos = 0;
            for (HistogramIterationValue value : pauses.recordedValues()) {
                nanos += (double) value.getValueIteratedTo() * value.getCountAtValueIteratedTo();
            }
            return nanos / time.toNanos();
        }
    }

    /**
     * Begins.
     *
     * @param copier name of the thread that copies
     */
    SwapGarbage(String copier) {
        this.copier = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(copier))
                .findAny()
                .orElseThrow()
                .threadId();
        stream.enable(COLLECTION);
        stream.setReuse(false);
        stream.onEvent(COLLECTION, collections::add);
        stream.startAsync();
    }

    /** Short name of the collector. */
    static String collector() {
        return ManagementFactory.getGarbageCollectorMXBeans()
                .getFirst()
                .getName()
                .split(" ")[0];
    }

    /** From now on everything counts. */
    void count() {
        begin = Instant.now();
    }

    /** Bytes that the thread has allocated until now. */
    long allocated() {
        return THREADS.getThreadAllocatedBytes(copier);
    }

    /** Takes note of an exchange that has just ended. */
    void add(String store, long bytes, Instant began) {
        allocated.computeIfAbsent(store, name -> new Histogram(3)).recordValue(bytes);
        exchanges.add(new Exchange(began, Instant.now()));
    }

    /** Bytes for each exchange, by the name of the store that the mappings came into. */
    Map<String, Histogram> bytesByStore() {
        return allocated;
    }

    /** The collector's share of the time with or without an exchange under way; after {@link #close()}. */
    Share share(boolean duringExchanges) {
        Duration exchanging = exchanges.stream().map(Exchange::duration).reduce(Duration.ZERO, Duration::plus);
        Histogram pauses = new Histogram(3);
        for (RecordedEvent collection : collections) {
            Instant time = collection.getStartTime();
            boolean during = exchanges.stream().anyMatch(exchange -> exchange.has(time));
            if (!time.isBefore(begin) && time.isBefore(end) && during == duringExchanges) {
                pauses.recordValue(collection.getDuration("longestPause").toNanos());
            }
        }
        return new Share(
                duringExchanges ? exchanging : Duration.between(begin, end).minus(exchanging), pauses);
    }

    /** Ends, when all collections until now have been heard of. */
    void close() {
        end = Instant.now();
        stream.stop();
    }
}
