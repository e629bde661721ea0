// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/**
 * Brings the writer and whoever copies together for the last step of a hand-over, at a moment when that step is short:
 * between two batches, when the copy is behind by a few changes only and its thread is not in the middle of one. At any
 * other moment the writer goes on with the next batch at once, and is asked again. It never waits for the other thread,
 * which may have lost its processor.
 *
 * <p>A guest that leaves no such moment is given less and less room, until the last step takes what it takes.
 */
final class Rendezvous {
    /** Changes that the writer may have to do again itself. */
    private static final int SHORT_BACKLOG = 16;

    /** So many moments that did not suit make the permitted backlog twice as long. */
    private static final int PATIENCE = 100;

    /** Half of what a journal holds: with that any moment suits. */
    private static final int DOUBLINGS = 11;

    /** Changes that are done again before the writer may have the replica. */
    private static final int BITE = 16;

    private static final int SPINS = 2_000;
    private static final long NAP_NANOS = 20_000;

    private final SingleWriter writer;
    private final Journal journal;
    private final Replica replica;

    /** Whether one of the two threads works on the replica. Stays so if it fails, so that the other one does not go on. */
    private final AtomicBoolean taken = new AtomicBoolean();

    /** Turns of the copying thread in which there was nothing to do. */
    private int idle;

    /**
     * Prepares the last step.
     *
     * @param writer that takes it
     * @param journal of what the writer changes
     * @param replica that follows it
     */
    Rendezvous(SingleWriter writer, Journal journal, Replica replica) {
        this.writer = writer;
        this.journal = journal;
        this.replica = replica;
    }

    /**
     * Has the writer take the last step, if this moment suits.
     *
     * @param attempt how often it did not suit
     * @param lastStep to be taken when the replica has all changes; told since when the writer has been stopped, in
     *     nanoseconds
     * @return what the last step returned; nothing if the moment did not suit
     */
    <T> Optional<T> attempt(int attempt, LongFunction<T> lastStep) {
        long permitted = (long) SHORT_BACKLOG << Math.min(attempt / PATIENCE, DOUBLINGS);
        return writer.call(() -> stop(permitted, lastStep), this::follow);
    }

    /** Done by the writer. */
    private <T> Optional<T> stop(long permitted, LongFunction<T> lastStep) {
        long begin = System.nanoTime();
        if (journal.lost() || journal.backlog() > permitted || !taken.compareAndSet(false, true)) {
            return Optional.empty();
        }
        journal.replay(replica, permitted);
        return Optional.of(lastStep.apply(begin));
    }

    /** Done by the copying thread again and again, until the writer comes to it. */
    private void follow() {
        boolean some = false;
        if (taken.compareAndSet(false, true)) {
            some = journal.replay(replica, BITE);
            taken.set(false);
        }
        idle = some ? 0 : idle + 1;
        if (idle > SPINS) {
            LockSupport.parkNanos(NAP_NANOS);
        } else {
            Thread.onSpinWait();
        }
    }
}
