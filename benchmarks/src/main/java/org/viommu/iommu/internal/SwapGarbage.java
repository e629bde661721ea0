// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.HdrHistogram.Histogram;

/** What the thread that copies allocates for an exchange, and for how long the collector stops all threads. */
final class SwapGarbage {
    private static final String COLLECTION = "jdk.GarbageCollection";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final long copier;
    private final Map<String, Histogram> allocated = new TreeMap<>();
    private final Histogram pauses = new Histogram(3);
    private final RecordingStream stream = new RecordingStream();

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
        stream.onEvent(COLLECTION, this::add);
        stream.startAsync();
    }

    /** Bytes that the thread has allocated until now. */
    long allocated() {
        return THREADS.getThreadAllocatedBytes(copier);
    }

    /** Takes note of an exchange. */
    void add(String store, long bytes) {
        allocated.computeIfAbsent(store, name -> new Histogram(3)).recordValue(bytes);
    }

    /** Bytes for each exchange, by the name of the store that the mappings came into. */
    Map<String, Histogram> bytesByStore() {
        return allocated;
    }

    /** Nanoseconds of each collection in which all threads stood still. */
    Histogram pauses() {
        return pauses;
    }

    /** Ends, when all collections until now have been heard of. */
    void close() {
        stream.stop();
    }

    private void add(RecordedEvent event) {
        pauses.recordValue(event.getDuration("longestPause").toNanos());
    }
}
