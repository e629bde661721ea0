// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.iommu.trace.TraceRecord;

/** Keeps the last trace events. Thread-safe. */
final class TraceBuffer implements TraceListener {
    static final int CAPACITY = 10_000;

    private final Deque<TraceRecord> records = new ArrayDeque<>();
    private long heard;
    private long dropped;

    @Override
    public synchronized void traced(TraceRecord record) {
        if (records.size() == CAPACITY) {
            records.removeFirst();
        }
        records.addLast(record);
        heard++;
    }

    @Override
    public synchronized void dropped(String device, long count) {
        dropped += count;
    }

    /** How many events it has heard of. */
    synchronized long heard() {
        return heard;
    }

    /** How many events got lost before it could hear of them. */
    synchronized long dropped() {
        return dropped;
    }

    /** The last events, the oldest first. */
    synchronized List<TraceRecord> last(int limit) {
        return records.stream().skip(Math.max(0, records.size() - limit)).toList();
    }
}
