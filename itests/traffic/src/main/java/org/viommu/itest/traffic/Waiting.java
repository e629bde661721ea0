// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.traffic;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what happens on other threads, with a bound that only a broken platform reaches. */
public final class Waiting {
    /** How long it is waited for what is on its way: far longer than anything takes on a busy machine. */
    public static final long PATIENCE_MILLIS = 300_000;

    private Waiting() {}

    public static void until(Supplier<String> what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end >= 0) {
                throw new AssertionError("not within " + PATIENCE_MILLIS / 1000 + " s: " + what.get());
            }
            Thread.sleep(1);
        }
    }
}
