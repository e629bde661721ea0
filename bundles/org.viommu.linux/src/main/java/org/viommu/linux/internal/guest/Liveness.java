// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import java.util.function.BooleanSupplier;

/** Whether it still makes sense to wait for the guest. */
public interface Liveness {
    /**
     * Returns if nothing speaks against waiting on.
     *
     * @throws GuestGone saying what does
     */
    void check() throws GuestGone;

    /** Waits until a condition holds. */
    default void await(BooleanSupplier condition) throws GuestGone, InterruptedException {
        while (!condition.getAsBoolean()) {
            check();
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** How long to sleep between two looks at something that nobody tells about. */
    int POLL_MILLIS = 50;
}
