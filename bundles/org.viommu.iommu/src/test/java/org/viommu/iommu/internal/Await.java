// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what another thread does. The limit is far above anything a busy machine needs; it only keeps a broken test
 * from hanging.
 */
final class Await {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private Await() {}

    static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited " + LIMIT + " in vain until " + what);
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
