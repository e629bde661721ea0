// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * How long a thread that has run out of work watches its queues before it sleeps. It adapts: the time grows when a
 * longer watch would have met the next work, and shrinks when even the longest would not have, twice in a row. So a guest
 * that waits for each request is answered without a wake-up, and a machine that has little to do sleeps.
 *
 * <p>Others have precedence. In a process at most one thread fewer watches than there are processors, so that a guest
 * always has one to run on. And who is kept from watching, because somebody else wants its processor, leaves it for a
 * number of works: there a thread that sleeps is woken sooner than one that takes turns with others has its turn.
 *
 * <p>Confined to the thread that watches. Allocates nothing.
 */
final class Watch {
    /** What it grows from. A shorter watch costs more than it can save. */
    static final long SHORTEST_NANOS = 8_000;

    /** A watch is disturbed if so much time passes from one reading of the clock to the next: another's turn. */
    static final long DISTURBED_NANOS = 1_000_000;

    /** For how many works at least, and at most, there is no watch after one was disturbed. */
    static final int LEAST_ABSTENTION = 16;

    static final int MOST_ABSTENTION = 512;

    /** One permit for each thread that may watch at the same time. */
    private static final Semaphore SPARE_PROCESSORS =
            new Semaphore(Runtime.getRuntime().availableProcessors() - 1);

    private final LongSupplier longest;
    private final LongSupplier clock;
    private final Semaphore spare;

    /** What {@link #longest} gave last. */
    private long limit;

    /** How long the next watch is; 0 for none. */
    private long time;

    /** When the last work ended. */
    private long idleSince;

    /** The clock when it was read last. */
    private long now;

    private boolean worked;

    /** Whether the last work came later than the longest watch. */
    private boolean late;

    /** How many works are still to come before there is a watch again. */
    private int abstaining;

    /** How many there will be after the next disturbance. */
    private int abstention = LEAST_ABSTENTION;

    /**
     * Begins with none.
     *
     * @param longest gives the longest watch, in nanoseconds, at present; 0 for never
     */
    Watch(LongSupplier longest) {
        this(longest, System::nanoTime, SPARE_PROCESSORS);
    }

    Watch(LongSupplier longest, LongSupplier clock, Semaphore spare) {
        this.longest = longest;
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

    /** Whether the watch goes on: its time has not run out, and nobody disturbs it. Asked every few looks. */
    boolean goesOn() {
        long before = now;
        now = clock.getAsLong();
        if (now - before > DISTURBED_NANOS) {
            abstain();
        }
        return now - idleSince < time;
    }

    /** Ends a watch. */
    void end() {
        spare.release();
    }

    /** The thread looks whether there is work. */
    void look() {
        limit = longest.getAsLong();
        time = Math.min(time, limit);
        if (limit > 0) {
            now = clock.getAsLong();
        }
    }

    /** There was work when the thread looked last, and there is no more: adapts to how long that work was waited for. */
    void rest() {
        if (limit == 0) {
            return;
        }
        if (worked) {
            adapt(now - idleSince);
        }
        worked = true;
        now = clock.getAsLong();
        idleSince = now;
    }

    private void adapt(long waited) {
        boolean lateAgain = late;
        late = waited > limit;
        if (abstaining > 0) {
            abstaining--;
        } else if (late) {
            time = lateAgain ? shrunk() : time;
        } else if (waited > time) {
            time = Math.min(limit, Math.max(SHORTEST_NANOS, time * 2));
        } else {
            abstention = Math.max(LEAST_ABSTENTION, abstention - 1);
        }
    }

    private long shrunk() {
        return time / 2 < SHORTEST_NANOS ? 0 : time / 2;
    }

    private void abstain() {
        time = 0;
        abstaining = abstention;
        abstention = Math.min(MOST_ABSTENTION, abstention * 2);
    }
}
