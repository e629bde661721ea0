// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import java.util.concurrent.atomic.AtomicReference;

/** Work that one thread does again and again until it is stopped or something is wrong. */
abstract class Load {
    private final Thread thread;
    private final AtomicReference<String> failure = new AtomicReference<>();
    private volatile boolean stopped;

    /** Written by the working thread only. */
    private volatile long done;

    Load(String name) {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Does a little and counts it. */
    abstract void step() throws Exception;

    final void start() {
        thread.start();
    }

    final void stop() throws InterruptedException {
        stopped = true;
        thread.join();
    }

    /** How much has been done. */
    final long done() {
        return done;
    }

    /** What went wrong first, null if nothing did. */
    final String failure() {
        return failure.get();
    }

    final void count(long more) {
        done = done + more;
    }

    final void fail(String what) {
        failure.compareAndSet(null, what);
        stopped = true;
    }

    private void run() {
        try {
            while (!stopped) {
                step();
            }
        } catch (Exception e) {
            fail(e.getMessage());
        }
    }
}
