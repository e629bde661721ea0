// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * What the writer has changed since a hand-over began, in order, for the one who copies. It is a ring of fixed size: a
 * guest that changes faster than the copy follows is slowed down a little between two batches, and if that does not
 * help the journal is {@linkplain #lost() lost}, never longer.
 *
 * <p>One thread appends, one replays.
 */
final class Journal {
    private static final int CAPACITY = 1 << 16;

    /** How far the writer may be ahead while the copy is far from done. */
    private static final int RELAXED_LEAD = CAPACITY / 2;

    private static final long PAUSE_NANOS = 20_000;
    private static final int MAX_PAUSES = 100;

    /** In place of a mapping's flags, which have few bits. */
    private static final int UNMAP = -1;

    private static final int OPENED = -2;
    private static final int CLOSED = -3;

    private final Domain[] domains = new Domain[CAPACITY];
    private final int[] kinds = new int[CAPACITY];
    private final long[] starts = new long[CAPACITY];
    private final long[] ends = new long[CAPACITY];
    private final long[] physicals = new long[CAPACITY];
    private final AtomicLong appended = new AtomicLong();
    private final AtomicLong replayed = new AtomicLong();
    private final LongSupplier clock;
    private volatile int lead = RELAXED_LEAD;
    private volatile boolean lost;

    /** When the writer began its present batch, by the clock. */
    private long batchBegan;

    Journal() {
        this(System::nanoTime);
    }

    /** With a clock in place of the system's; it tells nanoseconds. */
    Journal(LongSupplier clock) {
        this.clock = clock;
        batchBegan = clock.getAsLong();
    }

    /** A mapping was added; its flags are not negative. */
    void map(Domain domain, long start, long end, long physical, int flags) {
        append(domain, flags, start, end, physical);
    }

    /** All mappings of a range were removed. */
    void unmap(Domain domain, long start, long end) {
        append(domain, UNMAP, start, end, 0);
    }

    /** A domain came into being. */
    void opened(Domain domain) {
        append(domain, OPENED, 0, 0, 0);
    }

    /** A domain ceased to exist. */
    void closed(Domain domain) {
        append(domain, CLOSED, 0, 0, 0);
    }

    /** Whether changes are missing. */
    boolean lost() {
        return lost;
    }

    /** Lets the writer be ahead by so many changes only from now on, if it was let go farther. */
    void closeUp(long changes) {
        lead = (int) Math.min(lead, changes);
    }

    /** Changes not yet replayed. */
    long backlog() {
        return appended.getAcquire() - replayed.getAcquire();
    }

    /** Nanoseconds since the writer, which asks, began the batch that it has just ended. */
    long batchNanos() {
        return clock.getAsLong() - batchBegan;
    }

    /** Whether the writer is farther ahead than it is let go. */
    boolean tooFarAhead() {
        return backlog() > lead;
    }

    /** Called by the writer between two batches: waits a moment if it is too far ahead. */
    void throttle() {
        batchBegan = clock.getAsLong();
        for (int i = 0; i < MAX_PAUSES && !lost && tooFarAhead(); i++) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Does the changes until now again on a copy, and forgets them. */
    void replay(Replica replica) {
        replay(replica, CAPACITY);
    }

    /**
     * Does the oldest changes again on a copy, and forgets them.
     *
     * @param limit how many at most
     * @return whether there were any
     */
    boolean replay(Replica replica, long limit) {
        long begin = replayed.getPlain();
        long end = Math.min(appended.getAcquire(), begin + limit);
        for (long next = begin; next < end; next++) {
            redo(replica, (int) next & CAPACITY - 1);
            replayed.setRelease(next + 1);
        }
        return end > begin;
    }

    private void append(Domain domain, int kind, long start, long end, long physical) {
        long next = appended.getPlain();
        if (lost || next - replayed.getAcquire() >= CAPACITY) {
            lost = true;
            return;
        }
        int index = (int) next & CAPACITY - 1;
        domains[index] = domain;
        kinds[index] = kind;
        starts[index] = start;
        ends[index] = end;
        physicals[index] = physical;
        appended.setRelease(next + 1);
    }

    private void redo(Replica replica, int index) {
        Domain domain = domains[index];
        int kind = kinds[index];
        if (kind == OPENED) {
            replica.open(domain);
        } else if (kind == CLOSED) {
            replica.close(domain);
        } else {
            redo(replica.of(domain), index, kind);
        }
    }

    private void redo(ReplicaTable table, int index, int kind) {
        long start = starts[index];
        if (table.ahead(start)) {
            return;
        }
        if (kind == UNMAP) {
            table.clear(start, ends[index]);
        } else {
            table.put(start, ends[index], physicals[index], kind);
        }
    }
}
