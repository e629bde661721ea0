// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.IOException;

/**
 * The run of a command with a guest, one at a time. A run that is under way when the command's component goes ends at
 * once and in order: QEMU must not outlive what serves its devices.
 */
public final class CommandRun {
    private static final long MILLIS_TO_END = 45_000;

    private final Narrator narrator;
    private Thread runner;
    private boolean closed;

    /** @param narrator told why a run could not go on */
    public CommandRun(Narrator narrator) {
        this.narrator = narrator;
    }

    /** What a run does. */
    public interface Body {
        /** Runs to its end. */
        ExitStatus run() throws CannotRun, IOException, InterruptedException;
    }

    /** Runs on this thread; returns what the process ends with. */
    public int run(Body body) {
        if (!begin()) {
            narrator.say("another guest runs on this platform");
            return ExitStatus.FAILED.code();
        }
        try {
            return body.run().code();
        } catch (CannotRun e) {
            narrator.say("%s", e.getMessage());
            return e.status().code();
        } catch (IOException e) {
            narrator.say("%s", e);
            return ExitStatus.FAILED.code();
        } catch (InterruptedException e) {
            narrator.say("ended before it was done");
            return ExitStatus.FAILED.code();
        } finally {
            end();
        }
    }

    private synchronized boolean begin() {
        if (closed || runner != null) {
            return false;
        }
        runner = Thread.currentThread();
        return true;
    }

    private synchronized void end() {
        runner = null;
        notifyAll();
    }

    /** Ends the run, waits until it has cleaned up, and lets none begin any more. */
    public synchronized void close() throws InterruptedException {
        closed = true;
        if (runner != null && runner != Thread.currentThread()) {
            runner.interrupt();
            long end = System.nanoTime() + MILLIS_TO_END * 1_000_000;
            for (long left = MILLIS_TO_END; runner != null && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        }
    }
}
