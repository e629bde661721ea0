// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Says whether one thread is inside an access. The thread enters and exits; an {@link AccessGate} waits for it.
 *
 * <p>Confined to one thread at a time, but for {@link #sequence()}.
 */
public final class AccessSlot {
    private static final VarHandle SEQUENCE;

    static {
        try {
            SEQUENCE = MethodHandles.lookup().findVarHandle(AccessSlot.class, "sequence", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Odd while the owner is inside. Written by the owner only. */
    private long sequence;

    private int depth;

    /** Creates a slot whose owner is outside. */
    public AccessSlot() {}

    /** Enters; nests. Everything the owner reads afterwards is at least as new as what a gate's caller published before it began to wait. */
    public void enter() {
        if (depth++ == 0) {
            // Volatile: the store must be visible before the owner reads the table or the mapping (StoreLoad).
            SEQUENCE.setVolatile(this, sequence + 1);
        }
    }

    /** Exits the innermost {@link #enter()}. */
    public void exit() {
        if (--depth == 0) {
            SEQUENCE.setRelease(this, sequence + 1);
        }
    }

    /**
     * The slot's sequence number, odd while its owner is inside. Any thread may ask.
     *
     * @return the sequence number
     */
    long sequence() {
        return (long) SEQUENCE.getVolatile(this);
    }
}
