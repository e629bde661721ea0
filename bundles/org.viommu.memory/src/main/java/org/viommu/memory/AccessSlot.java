// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Says whether one thread is inside an access. The thread enters and exits; every {@link AccessGate} that the slot has
 * joined waits for it.
 *
 * <p>A slot may join several gates, so that one bracket protects everything that an access passes through. An access
 * that translates joins its slot to the translator's gate and opens the memory behind with {@link
 * GuestMemory#open(AccessSlot)}. Entering the memory's access then enters the slot: whoever takes away a mapping and
 * whoever takes away a region wait for the same sequence number, and the two brackets cost one fence.
 *
 * <p>Confined to one thread at a time, but for {@link #sequence()}.
 */
public final class AccessSlot {
    private static final VarHandle SEQUENCE;

    static {
        try {
            SEQUENCE = MethodHandles.lookup()
                    .findVarHandle(AccessSlot.class, "sequence", long.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Odd while the owner is inside. Written by the owner only. */
    private long sequence;

    private int depth;

    /** Creates a slot whose owner is outside. */
    public AccessSlot() {}

    /**
     * Enters; nests. Whatever the owner reads afterwards, in any access mode, is at least as new as what a gate's
     * caller published before it began to wait.
     */
    public void enter() {
        if (depth++ == 0) {
            SEQUENCE.setOpaque(this, sequence + 1);
            // A volatile store would not do: it lets later plain and acquire loads pass it on machines with weak
            // ordering.
            VarHandle.fullFence();
        }
    }

    /**
     * Exits the innermost {@link #enter()}.
     *
     * @throws IllegalStateException if the owner is outside
     */
    public void exit() {
        int left = --depth;
        if (left == 0) {
            SEQUENCE.setRelease(this, sequence + 1);
        } else if (left < 0) {
            depth = 0;
            throw new IllegalStateException("exit without enter");
        }
    }

    /**
     * The slot's sequence number, odd while its owner is inside. Any thread may ask.
     *
     * @return the sequence number
     */
    long sequence() {
        return (long) SEQUENCE.getAcquire(this);
    }
}
