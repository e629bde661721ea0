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
 * <p>The writer itself may lose its processor in the middle of the last step, and then that takes as long as others have
 * their turn. It is least likely right after it has been given the processor, which shows as a batch that took much
 * longer than batches do. Such a moment is waited for a while; where nobody takes processors away there is none, and
 * none is needed.
 *
 * <p>A guest that leaves no short moment is given less and less room, until the last step takes what it takes.
 */
final class Rendezvous {
    /** Changes that the writer may have to do again itself. */
    private static final int SHORT_BACKLOG = 16;

    /** So many moments that did not suit make the permitted backlog twice as long. */
    private static final int PATIENCE = 100;

    /** Half of what a journal holds: with that any moment suits. */
    private static final int DOUBLINGS = 11;

    /** So many moments are let pass in the hope of one when the writer has just been given its processor. */
    private static final int HOPE = 64;

    /** A batch takes a tenth of that, unless the writer was not running in the middle of it. */
    private static final long INTERRUPTED_NANOS = 200_000;

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
        return writer.call(() -> stop(attempt < HOPE, permitted, lastStep), this::follow);
    }

    /** Done by the writer. */
    private <T> Optional<T> stop(boolean choosy, long permitted, LongFunction<T> lastStep) {
        long begin = System.nanoTime();
        boolean early = choosy && journal.batchNanos() < INTERRUPTED_NANOS;
        if (early || journal.lost() || journal.backlog() > permitted || !taken.compareAndSet(false, true)) {
            return Optional.empty();
        }
        journal.replay(replica, permitted);
        return Optional.of(lastStep.apply(begin));
    }

    /** Done by the copying thread again and again, until the writer comes to it. */
    private void follow() {
        if (!taken.compareAndSet(false, true)) {
            // The last step is under way, and may need this thread's processor.
            LockSupport.parkNanos(NAP_NANOS);
            return;
        }
        boolean some = journal.replay(replica, BITE);
        taken.set(false);
        idle = some ? 0 : idle + 1;
        if (idle > SPINS) {
            LockSupport.parkNanos(NAP_NANOS);
        } else {
            Thread.onSpinWait();
        }
    }
}
