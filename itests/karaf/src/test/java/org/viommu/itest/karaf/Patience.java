// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what Karaf does on other threads; for tests that must not use classes of ours. */
final class Patience {
    private static final long MILLIS = 300_000;
    private static final long BETWEEN = 50;

    private Patience() {}

    static void until(Supplier<String> what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + MILLIS * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + MILLIS / 1000 + " s: " + what.get());
            }
            Thread.sleep(BETWEEN);
        }
    }
}
