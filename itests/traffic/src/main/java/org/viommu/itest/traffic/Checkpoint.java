// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.traffic;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A place in the middle of a copy at which the thread that copies is made to wait, so that a test can do something just then. Bundles that come and go pass it
 * by a static method, as no other way to the test outlives them.
 */
public final class Checkpoint implements AutoCloseable {
    private static volatile Checkpoint armed;

    private final AtomicLong left;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    private Checkpoint(long passes) {
        left = new AtomicLong(passes);
    }

    /** Makes who passes next after so many others wait until {@link #close()}. */
    public static Checkpoint after(long passes) {
        armed = new Checkpoint(passes);
        return armed;
    }

    /** Called by whoever can be made to wait. */
    public static void pass() {
        Checkpoint present = armed;
        if (present != null && present.left.getAndDecrement() == 0) {
            present.reached.countDown();
            await(present.released);
        }
    }

    /** Returns when somebody waits. */
    public void awaitReached() {
        await(reached);
    }

    /** Lets who waits go on. */
    @Override
    public void close() {
        armed = null;
        released.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(Waiting.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("nobody came within " + Waiting.PATIENCE_MILLIS / 1000 + " s");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
