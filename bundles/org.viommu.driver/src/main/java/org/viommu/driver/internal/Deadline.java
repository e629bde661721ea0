// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.viommu.driver.DriverException;

/** A moment until which a device must have answered. */
final class Deadline {
    private static final long PAUSE_NANOS = 100_000;

    private final Duration timeout;
    private final long end;

    private Deadline(Duration timeout) {
        this.timeout = timeout;
        this.end = System.nanoTime() + timeout.toNanos();
    }

    static Deadline in(Duration timeout) {
        return new Deadline(timeout);
    }

    /** Waits a moment. */
    void pause(String awaited) throws DriverException {
        LockSupport.parkNanos(this, PAUSE_NANOS);
        if (System.nanoTime() - end > 0) {
            throw new DriverException(
                    DriverException.Reason.TIMEOUT, "device did not %s within %s".formatted(awaited, timeout));
        }
    }
}
