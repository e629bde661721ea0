// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * How long a thread that has run out of work watches its queues before it sleeps. It adapts: the time grows when a
 * longer watch would have met the next work, and shrinks when even the longest would not have. So a guest that waits for
 * each request is answered without a wake-up, and a machine that has little to do sleeps.
 *
 * <p>In a process at most one thread fewer watches than there are processors: a guest always has one to run on.
 *
 * <p>Confined to the thread that watches. Allocates nothing.
 */
final class Watch {
    /** What it grows from. A shorter watch costs more than it can save. */
    static final long SHORTEST_NANOS = 8_000;

    /** One permit for each thread that may watch at the same time. */
    private static final Semaphore SPARE_PROCESSORS =
            new Semaphore(Runtime.getRuntime().availableProcessors() - 1);

    private final long limit;
    private final LongSupplier clock;
    private final Semaphore spare;

    /** How long the next watch is; 0 for none. */
    private long time;

    /** When the last work ended. */
    private long idleSince;

    /** When the thread last began to look for work. */
    private long lookedAt;

    private boolean worked;

    /**
     * Begins with none.
     *
     * @param limit longest watch, in nanoseconds; 0 for never
     */
    Watch(long limit) {
        this(limit, System::nanoTime, SPARE_PROCESSORS);
    }

    Watch(long limit, LongSupplier clock, Semaphore spare) {
        this.limit = limit;
        this.clock = clock;
        this.spare = spare;
    }

    /** Whether the thread should watch when it has no more work. */
    boolean pays() {
        return time > 0;
    }

    /** Begins a watch; returns false if there is no processor for it. Otherwise {@link #end()} has to be called. */
    boolean begin() {
        return pays() && spare.tryAcquire();
    }

    /** Whether the time has not run out. */
    boolean goesOn() {
        return clock.getAsLong() - idleSince < time;
    }

    /** Ends a watch. */
    void end() {
        spare.release();
    }

    /** The thread looks whether there is work. */
    void look() {
        if (limit > 0) {
            lookedAt = clock.getAsLong();
        }
    }

    /** There was work when the thread looked last, and there is no more: adapts to how long that work was waited for. */
    void rest() {
        if (limit == 0) {
            return;
        }
        if (worked) {
            adapt(lookedAt - idleSince);
        }
        worked = true;
        idleSince = clock.getAsLong();
    }

    private void adapt(long waited) {
        if (waited > limit) {
            time = time / 2 < SHORTEST_NANOS ? 0 : time / 2;
        } else if (waited > time) {
            time = Math.min(limit, Math.max(SHORTEST_NANOS, time * 2));
        }
    }
}
