// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.function.LongSupplier;

/**
 * Does on a copy again what the writer changes meanwhile. Between two pieces of the copy this may take a few times as
 * long as the piece did, and what is left waits in the journal. If all of it were done each time, a backlog that has once
 * come about would stay where the writer is about as fast as its changes are done again: doing it takes as long as the
 * next one takes to come about, after each piece anew.
 *
 * <p>Used by the thread that copies.
 */
final class Pursuit {
    /** So many times as long as a piece took. A writer three quarters as fast as its changes are done again is followed. */
    private static final int SHARE = 3;

    /** Changes between two looks at the clock. */
    private static final int BITE = 64;

    /** How far the writer may be ahead when the last step comes. */
    private static final int NEAR = 512;

    private final Journal journal;
    private final Replica replica;
    private final LongSupplier clock;
    private long began;

    /**
     * Begins.
     *
     * @param journal of what the writer changes
     * @param replica that follows
     * @param clock tells nanoseconds
     */
    Pursuit(Journal journal, Replica replica, LongSupplier clock) {
        this.journal = journal;
        this.replica = replica;
        this.clock = clock;
    }

    /** A piece of the copy begins. */
    void begin() {
        began = clock.getAsLong();
    }

    /** The piece is done: follows the writer for a while. */
    void follow() {
        long now = clock.getAsLong();
        long until = now + SHARE * (now - began);
        while (journal.replay(replica, BITE) && clock.getAsLong() - until < 0) {}
    }

    /**
     * All pieces are done: comes near the writer. In each turn it may get three quarters as far ahead as in the turn
     * before, so that one as fast as its changes are done again is slowed down by a quarter for a while.
     */
    void approach() {
        for (long lead = journal.backlog(); lead > NEAR && journal.backlog() > NEAR; lead -= lead / 4) {
            journal.closeUp(lead);
            journal.replay(replica);
        }
        journal.closeUp(NEAR);
    }
}
