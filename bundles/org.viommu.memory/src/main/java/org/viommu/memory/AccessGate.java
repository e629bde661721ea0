// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets whoever takes something away (a mapping, a region) wait until every access that may still use it has ended.
 *
 * <p>The order is: publish the new state with a release or volatile write, then {@link #awaitQuiescence()}, then answer
 * or free. Readers pay one fence when they enter and never wait. Thread-safe. A call that finds nobody inside costs one
 * load for each slot and allocates nothing.
 */
public final class AccessGate {
    private static final AccessSlot[] NONE = {};
    private static final int SPINS = 1_000;
    private static final long PAUSE_NANOS = 20_000;

    /** Replaced, never changed, so that waiting needs neither lock nor iterator. */
    private volatile AccessSlot[] slots = NONE;

    /** Creates a gate without slots. */
    public AccessGate() {}

    /**
     * Makes the gate wait for a slot from now on. A slot may belong to several gates; one that joins a gate twice must
     * leave it twice.
     *
     * @param slot whose owner is outside
     * @throws IllegalStateException if the owner is inside
     */
    public synchronized void join(AccessSlot slot) {
        checkOutside(slot);
        AccessSlot[] joined = Arrays.copyOf(slots, slots.length + 1);
        joined[slots.length] = slot;
        slots = joined;
    }

    /**
     * Forgets a slot. Does nothing if the slot has not joined.
     *
     * @param slot whose owner is outside
     * @throws IllegalStateException if the owner is inside
     */
    public synchronized void leave(AccessSlot slot) {
        checkOutside(slot);
        int gone = Arrays.asList(slots).indexOf(slot);
        if (gone >= 0) {
            AccessSlot[] remaining = Arrays.copyOf(slots, slots.length - 1);
            System.arraycopy(slots, gone + 1, remaining, gone, remaining.length - gone);
            slots = remaining;
        }
    }

    /**
     * Returns when every access that was under way at the call has ended. Accesses that begin later are not waited for.
     * Must not be called by a thread that is inside one of the gate's slots: it would wait for itself.
     */
    public void awaitQuiescence() {
        // Pairs with the fence in AccessSlot.enter(): an owner that this call does not see inside sees what was
        // published.
        VarHandle.fullFence();
        for (AccessSlot slot : slots) {
            long seen = slot.sequence();
            if (inside(seen)) {
                awaitExit(slot, seen);
            }
        }
    }

    private static void checkOutside(AccessSlot slot) {
        if (inside(slot.sequence())) {
            throw new IllegalStateException("the slot's owner is inside an access");
        }
    }

    private static boolean inside(long sequence) {
        return (sequence & 1) != 0;
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
