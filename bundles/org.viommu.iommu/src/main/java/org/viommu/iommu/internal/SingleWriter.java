// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Sees to it that one thread at a time changes domains and mappings, without a lock for each request: while the
 * session's thread serves, it is the writer, and what others want to have done is put into a queue that it works off
 * between two batches. While it sleeps, is paused or does not exist, who wants something done does it, and the
 * session's thread waits for the end of that before it serves again.
 *
 * <p>Thread-safe.
 */
final class SingleWriter {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Object turn = new Object();

    /** Guarded by {@link #turn}. */
    private boolean serving;

    /** The calling thread is the writer until it calls {@link #end()}. */
    void begin() {
        synchronized (turn) {
            runTasks();
            serving = true;
        }
    }

    /** The calling thread is the writer no more. */
    void end() {
        synchronized (turn) {
            serving = false;
            runTasks();
        }
    }

    /** Works off what others have put into the queue. Called by the writer. */
    void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Has something done by the writer; does not wait for it if another thread is that. */
    void submit(Runnable task) {
        tasks.add(task);
        synchronized (turn) {
            if (!serving) {
                runTasks();
            }
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
        return result(future);
    }

    /**
     * Has something done by the writer. Not for the writer itself.
     *
     * @param meanwhile done again and again until the writer has come to it
     * @return what the task returned
     */
    <T> T call(Callable<T> task, Runnable meanwhile) {
        FutureTask<T> future = new FutureTask<>(task);
        submit(future);
        while (!future.isDone()) {
            meanwhile.run();
        }
        return result(future);
    }

    private static <T> T result(FutureTask<T> future) {
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
