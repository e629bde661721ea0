// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.traffic;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what happens on other threads, with a bound that only a broken platform reaches. */
public final class Waiting {
    private static final long PATIENCE_MILLIS = 60_000;

    private Waiting() {}

    public static void until(Supplier<String> what, BooleanSupplier condition) throws InterruptedException {
        for (long waited = 0; !condition.getAsBoolean(); waited++) {
            if (waited == PATIENCE_MILLIS) {
                throw new AssertionError("not within " + PATIENCE_MILLIS / 1000 + " s: " + what.get());
            }
            Thread.sleep(1);
        }
    }
}
