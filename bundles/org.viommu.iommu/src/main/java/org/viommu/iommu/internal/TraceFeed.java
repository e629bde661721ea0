// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.iommu.trace.TraceRecord;

/**
 * Tells listeners what a device has noted in its {@link Trace}, by a thread that exists while there are listeners. The
 * device does not wake it, which would cost the guest a system call: it looks by itself, each millisecond at first and
 * less often while nothing happens.
 *
 * <p>Thread-safe.
 */
final class TraceFeed {
    private static final Logger LOG = LoggerFactory.getLogger(TraceFeed.class);

    private static final long SHORTEST_NANOS = 1_000_000;
    private static final long LONGEST_NANOS = 8_000_000;

    private final String device;
    private final Trace trace;
    private final Runnable changed;
    private final List<TraceListener> listeners = new ArrayList<>();
    private TraceRing ring;
    private Thread thread;
    private volatile long lost;

    /** The moment of {@link #beginNanos}. */
    private Instant begin;

    private long beginNanos;

    /**
     * Begins without listeners.
     *
     * @param device its {@code MACHINE/NAME}
     * @param trace where it notes
     * @param changed told when the trace has begun or ended
     */
    TraceFeed(String device, Trace trace, Runnable changed) {
        this.device = device;
        this.trace = trace;
        this.changed = changed;
    }

    /** Tells a listener what happens from now on. */
    synchronized void add(TraceListener listener) {
        if (!listeners.isEmpty()) {
            deliver();
        }
        if (listeners.isEmpty()) {
            begin();
        }
        listeners.add(listener);
    }

    /** Tells a listener what has happened so far, and nothing afterwards. */
    synchronized void remove(TraceListener listener) {
        if (listeners.contains(listener)) {
            deliver();
            listeners.remove(listener);
            endIfUnwanted();
        }
    }

    /** How many events came faster than they were taken, so far. */
    long lost() {
        return lost;
    }

    private void begin() {
        ring = new TraceRing();
        begin = Instant.now();
        beginNanos = System.nanoTime();
        thread = new Thread(this::work, "viommu-trace-" + device);
        thread.setDaemon(true);
        thread.start();
        trace.begin(ring);
        changed.run();
    }

    private void endIfUnwanted() {
        if (listeners.isEmpty() && thread != null) {
            trace.end();
            changed.run();
            thread = null;
        }
    }

    private void work() {
        long pause = SHORTEST_NANOS;
        for (int count = next(); count >= 0; count = next()) {
            pause = count > 0 ? SHORTEST_NANOS : Math.min(2 * pause, LONGEST_NANOS);
            LockSupport.parkNanos(this, pause);
        }
    }

    /** Delivers, unless the calling thread is wanted no more, which it is told by a negative number. */
    private synchronized int next() {
        if (thread != Thread.currentThread()) {
            return -1;
        }
        int count = deliver();
        endIfUnwanted();
        return count;
    }

    private int deliver() {
        long dropped = ring.takeDropped();
        if (dropped > 0) {
            lost = lost + dropped;
            tell(listener -> listener.dropped(device, dropped));
        }
        return ring.take((kind, nanos, a, b, c, d) -> {
            TraceRecord next =
                    new TraceRecord(device, begin.plusNanos(nanos - beginNanos), kind.event(device, a, b, c, d));
            tell(listener -> listener.traced(next));
        });
    }

    private void tell(Consumer<TraceListener> call) {
        for (TraceListener listener : List.copyOf(listeners)) {
            try {
                call.accept(listener);
            } catch (RuntimeException | LinkageError e) {
                LOG.warn(
                        "IOMMU {}: {} hears no trace events any more, because it cannot take them: {}",
                        device,
                        listener.getClass().getName(),
                        e.toString());
                listeners.remove(listener);
            }
        }
    }
}
