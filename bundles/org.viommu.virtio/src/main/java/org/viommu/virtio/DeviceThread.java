// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * The one thread that works for an active device: it {@linkplain Watch watches} its queues for a while after it has had
 * work, then sleeps until a queue is woken, and can be made to stand still.
 *
 * <p>{@link #wake} and {@link #halted()} are called from any thread; {@link #pause}, {@link #resume} and {@link #stop}
 * from any but this one, one call at a time.
 */
final class DeviceThread {
    /** What the thread does. All methods run on it; none throws. */
    interface Work {
        /** Called once, before anything else. */
        void begin();

        /**
         * Serves a queue until it is empty or the thread is {@linkplain DeviceThread#halted() halted}.
         *
         * @return whether there was anything in it
         */
        boolean serve(int queue);

        /**
         * Looks at the queues for which nobody asks to be woken, because the thread {@linkplain
         * DeviceThread#watches() watches}.
         *
         * @return one bit for each of them that has something
         */
        long look();

        /**
         * Asks to be woken for all queues again, and looks at them once more.
         *
         * @return one bit for each of them that has something
         */
        long endWatch();

        /** Called once, when the thread has been stopped; not if {@link #begin()} was not. */
        void end();
    }

    /** Looks from one reading of the clock to the next. */
    private static final int LOOKS = 64;

    private static final VarHandle PENDING;

    static {
        try {
            PENDING = MethodHandles.lookup().findVarHandle(DeviceThread.class, "pending", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Thread thread;
    private final Work work;
    private final Watch watch;
    private final long queues;

    /** One bit for each queue that has been woken and not been served since. */
    private long pending;

    /** Paused or stopping: whoever works must come to rest. Written under the monitor. */
    private volatile boolean halted;

    private boolean paused;
    private boolean stopping;
    private boolean resting;
    private boolean ended;

    /**
     * Prepares a thread that serves each of its queues once as soon as it works.
     *
     * @param queues one bit for each queue that may be served
     * @param watch how long to watch the queues
     * @param paused whether it begins only after {@link #resume()}
     */
    DeviceThread(String name, Work work, long queues, Watch watch, boolean paused) {
        this.work = work;
        this.watch = watch;
        this.queues = queues;
        this.pending = queues;
        this.paused = paused;
        this.halted = paused;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Has a queue served soon. Allocates nothing and never waits; a queue that may not be served is ignored. */
    void wake(int queue) {
        long bit = queue >= 0 && queue < Long.SIZE ? 1L << queue & queues : 0;
        if (bit != 0 && ((long) PENDING.getAndBitwiseOr(this, bit) & bit) == 0) {
            LockSupport.unpark(thread);
        }
    }

    /** Whether the thread will watch its queues once they are empty, so that they need not be woken. Called by it. */
    boolean watches() {
        return watch.pays();
    }

    /** Whether the thread must come to rest. */
    boolean halted() {
        return halted;
    }

    /** Returns when the thread rests. */
    void pause() {
        halt(true, false);
        awaitRest();
    }

    /** Goes on and serves every queue once. */
    synchronized void resume() {
        paused = false;
        halted = stopping;
        notifyAll();
    }

    /** Returns when the thread has ended. */
    void stop() {
        halt(false, true);
        awaitEnd();
    }

    private synchronized void halt(boolean pause, boolean stop) {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException(thread.getName() + " cannot wait for itself");
        }
        paused |= pause;
        stopping |= stop;
        halted = true;
        notifyAll();
        LockSupport.unpark(thread);
    }

    private synchronized void awaitRest() {
        boolean interrupted = false;
        while (paused && !resting && !ended) {
            interrupted |= !sleep();
        }
        restore(interrupted);
    }

    private synchronized void awaitEnd() {
        boolean interrupted = false;
        while (!ended) {
            interrupted |= !sleep();
        }
        restore(interrupted);
    }

    /** Waits for a change; false if this thread was interrupted meanwhile, which must not cut the waiting short. */
    private boolean sleep() {
        try {
            wait();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            if (mayWork()) {
                work.begin();
                loop();
                work.end();
            }
        } finally {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }
    }

    private void loop() {
        while (mayWork()) {
            long woken = (long) PENDING.getAndSet(this, 0L);
            if (woken == 0) {
                woken = await();
            }
            if (woken != 0) {
                serve(woken);
            }
        }
    }

    private void serve(long woken) {
        watch.look();
        boolean worked = false;
        for (long left = woken; left != 0 && !halted; left &= left - 1) {
            worked |= work.serve(Long.numberOfTrailingZeros(left));
        }
        if (worked) {
            watch.rest();
        }
    }

    /** Watches the queues for a while, then sleeps; returns early with those that have something. */
    private long await() {
        if (watch.begin()) {
            long found = look();
            watch.end();
            if (found != 0 || pending() != 0 || halted) {
                return found;
            }
        }
        long found = work.endWatch();
        if (found == 0) {
            LockSupport.park(this);
        }
        return found;
    }

    /** Looks until there is something to do or the time has run out. */
    private long look() {
        do {
            for (int i = 0; i < LOOKS; i++) {
                long found = work.look();
                if (found != 0 || pending() != 0 || halted) {
                    return found;
                }
                Thread.onSpinWait();
            }
            // Whoever else wants this processor is to have it: the VMM, say, which is about to wake a queue.
            Thread.yield();
        } while (watch.goesOn());
        return 0;
    }

    private long pending() {
        return (long) PENDING.getVolatile(this);
    }

    /** Rests while the thread is paused; false once it is to stop. */
    private boolean mayWork() {
        return !halted || rest();
    }

    private synchronized boolean rest() {
        boolean interrupted = false;
        while (paused && !stopping) {
            resting = true;
            notifyAll();
            interrupted |= !sleep();
        }
        resting = false;
        restore(interrupted);
        // Kicks that came while the thread rested are among them, and queues that it left half served.
        PENDING.getAndBitwiseOr(this, queues);
        return !stopping;
    }
}
