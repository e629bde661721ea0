// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets whoever takes something away (a mapping, a region) wait until every access that may still use it has ended.
 *
 * <p>The order is: publish the new state with a volatile write, then {@link #awaitQuiescence()}, then answer or free. Readers pay one ordered store when they
 * enter and never wait. Thread-safe.
 */
public final class AccessGate {
    private static final int SPINS = 1_000;
    private static final long PAUSE_NANOS = 20_000;

    private final CopyOnWriteArrayList<AccessSlot> slots = new CopyOnWriteArrayList<>();

    /** Creates a gate without slots. */
    public AccessGate() {}

    /**
     * Makes the gate wait for a slot from now on. A slot may belong to several gates.
     *
     * @param slot whose owner must be outside
     */
    public void join(AccessSlot slot) {
        slots.add(slot);
    }

    /**
     * Forgets a slot.
     *
     * @param slot whose owner must be outside
     */
    public void leave(AccessSlot slot) {
        slots.remove(slot);
    }

    /**
     * Returns when every access that was under way at the call has ended. Accesses that begin later are not waited for. Must not be called by a thread that is
     * inside one of the gate's slots.
     */
    public void awaitQuiescence() {
        for (AccessSlot slot : slots) {
            long seen = slot.sequence();
            if ((seen & 1) != 0) {
                awaitExit(slot, seen);
            }
        }
    }

    private static void awaitExit(AccessSlot slot, long seen) {
        for (int spin = 0; slot.sequence() == seen; spin++) {
            if (spin < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
