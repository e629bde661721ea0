// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for the {@link Recorder}: changes in the order in which devices have handed them over, and questions about what is kept. Whether devices wait too
 * depends on how the medium does.
 *
 * <p>Thread-safe. A device's log may be locked before this is, never after.
 */
final class Inbox {
    private enum State {
        /** The medium takes changes, and devices wait for it. */
        WRITING,
        /** The medium has failed; changes are dropped. */
        BEHIND,
        /** The medium is told everything anew; changes since then are kept, and nobody waits. */
        CATCHING_UP,
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    /** Changes that may wait, so that a slow medium slows a bulk copy and a delay a guest, instead of filling the heap. */
    static final int MAX_WAITING = 8192;

    private static final long RETRY_MILLIS = 1000;
    private static final long IDLE_MILLIS = 1000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Duration commitDelay;
    private ArrayDeque<Changes> queue = new ArrayDeque<>();

    /** Changes in the queue. */
    private int waiting;

    private final ArrayDeque<FutureTask<?>> readings = new ArrayDeque<>();
    private State state = State.WRITING;
    private boolean closing;

    Inbox(Duration commitDelay) {
        this.commitDelay = commitDelay;
    }

    /** Takes changes to be written. Waits for a slow medium, not for one that has failed. */
    synchronized void hand(Changes changes) {
        boolean interrupted = false;
        while (state == State.WRITING && !closing && waiting >= MAX_WAITING) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (closing || state == State.BEHIND || state == State.CLOSED) {
            changes.done();
        } else {
            boolean first = queue.isEmpty();
            queue.add(changes);
            waiting += changes.count();
            // In between nobody waits for more.
            if (first || waiting >= MAX_WAITING) {
                notifyAll();
            }
        }
    }

    /** Whether devices are promised that a commit is lasting when it returns. */
    synchronized boolean promises() {
        return state == State.WRITING && commitDelay.isZero();
    }

    /** Drops what a device has handed over and is not yet written, because a copy has it. */
    synchronized void discard(DeviceLog log) {
        for (Iterator<Changes> all = queue.iterator(); all.hasNext(); ) {
            Changes changes = all.next();
            if (changes.log() == log) {
                all.remove();
                waiting -= changes.count();
                changes.done();
            }
        }
        notifyAll();
    }

    /** Takes a question; returns false if it cannot be answered at present. */
    synchronized boolean ask(FutureTask<?> reading) {
        if (closing || state != State.WRITING) {
            return false;
        }
        readings.add(reading);
        notifyAll();
        return true;
    }

    /** Nothing comes any more; what is there is to be written. */
    synchronized void close() {
        closing = true;
        notifyAll();
    }

    /**
     * Waits for something to do.
     *
     * @param idle run when nothing has come for a while
     * @return false when all is done and nothing comes any more
     */
    boolean await(Runnable idle) {
        while (!awaitChanges()) {
            idle.run();
        }
        synchronized (this) {
            collect();
            return !closing || !queue.isEmpty() && state != State.BEHIND;
        }
    }

    /** Lets more come, as long as answered changes may be lost, or until enough is there. */
    private synchronized void collect() {
        long end = System.nanoTime() + commitDelay.toNanos();
        for (long left = commitDelay.toMillis();
                left > 0 && !closing && readings.isEmpty() && state == State.WRITING && waiting < MAX_WAITING;
                left = (end - System.nanoTime()) / NANOS_PER_MILLI) {
            await(left);
        }
    }

    /** Returns false if nothing has come for a while. */
    private synchronized boolean awaitChanges() {
        if (state == State.BEHIND && !closing) {
            await(RETRY_MILLIS);
        }
        while (queue.isEmpty() && readings.isEmpty() && state == State.WRITING && !closing) {
            if (await(IDLE_MILLIS)) {
                return false;
            }
        }
        return true;
    }

    /** Waits; returns whether the time is over. */
    private synchronized boolean await(long millis) {
        long end = System.nanoTime() + millis * NANOS_PER_MILLI;
        try {
            wait(millis);
        } catch (InterruptedException e) {
            LOG.debug("nobody but this thread knows it, so who interrupts it?");
        }
        return System.nanoTime() - end >= 0;
    }

    /** The next question; null if there is none. */
    synchronized FutureTask<?> reading() {
        return readings.poll();
    }

    /** All changes that have come. */
    synchronized ArrayDeque<Changes> take() {
        ArrayDeque<Changes> taken = queue;
        queue = new ArrayDeque<>();
        waiting = 0;
        notifyAll();
        return taken;
    }

    synchronized boolean isBehind() {
        return state == State.BEHIND;
    }

    /** The medium has failed: from now on nobody waits, and changes are dropped. */
    synchronized void fail() {
        state = State.BEHIND;
        release();
    }

    /** From here on changes are taken again. */
    synchronized void catchUp() {
        state = State.CATCHING_UP;
    }

    /** From here on devices wait again. */
    synchronized void promise() {
        if (state == State.CATCHING_UP) {
            state = State.WRITING;
            notifyAll();
        }
    }

    /** Nobody is to wait any more. */
    synchronized void end() {
        state = State.CLOSED;
        release();
        readings.forEach(reading -> reading.cancel(false));
    }

    private void release() {
        queue.forEach(Changes::done);
        queue.clear();
        waiting = 0;
        notifyAll();
    }
}
