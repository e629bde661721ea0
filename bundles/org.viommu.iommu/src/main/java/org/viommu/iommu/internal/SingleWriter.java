// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Sees to it that one thread at a time changes domains and mappings, without a lock on its way: while a session serves requests, its thread is the writer, and
 * what others want to have done is put into a queue that it works off between two batches. At all other times who wants something done does it, under a
 * lock.
 *
 * <p>Thread-safe.
 */
final class SingleWriter {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Object turn = new Object();

    /** Wakes the session whose thread is the writer; null if there is none. Guarded by {@link #turn}. */
    private Runnable session;

    /**
     * Makes the thread of a session the writer.
     *
     * @param wake makes that thread call {@link #runTasks()} soon; may be called at any time
     */
    void take(Runnable wake) {
        synchronized (turn) {
            runTasks();
            session = wake;
        }
    }

    /** The session's thread is the writer no more. Called by it; idempotent. */
    void give() {
        synchronized (turn) {
            session = null;
            runTasks();
        }
    }

    /** Works off what others have put into the queue. Called by the writer. */
    void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Has something done by the writer, and does not wait for it while a session is at work. */
    void submit(Runnable task) {
        tasks.add(task);
        Runnable wake;
        synchronized (turn) {
            wake = session;
            if (wake == null) {
                runTasks();
            }
        }
        // Outside of the lock, because the session's host has locks of its own.
        if (wake != null) {
            wake.run();
        }
    }

    /**
     * Has something done by the writer and waits for it. Not for the writer itself.
     *
     * @return what the task returned
     */
    <T> T call(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        submit(future);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw rethrown(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }
}
