// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import org.viommu.virtqueue.Chain;

/**
 * Gives chains back in the order in which they came, whatever the order in which a device serves them (virtio 1.4,
 * 2.7.9 and 2.8.8). Chains are known by the slot at which they begin.
 *
 * <p>Chains that follow each other form a batch, for which one used element stands: that of the last. The driver takes
 * the others as filled to their end; so a chain that the device has not filled ends its batch.
 */
final class UsedOrder {
    private static final byte ABSENT = 0;
    private static final byte POPPED = 1;
    private static final byte PUSHED = 2;
    private static final byte FILLED = 3;

    private final byte[] states;
    private final int[] ids;
    private final int[] slots;
    private final int[] written;

    /** Slot of the chain that was taken last. */
    private int last;

    UsedOrder(int size) {
        states = new byte[size];
        ids = new int[size];
        slots = new int[size];
        written = new int[size];
    }

    void pop(int slot) {
        states[slot] = POPPED;
    }

    /** Remembers that a chain has been served. */
    void push(Chain chain, int bytes) {
        int slot = chain.position();
        if (slot >= states.length || states[slot] != POPPED) {
            throw new IllegalStateException("no popped chain waits to be pushed");
        }
        states[slot] = Integer.toUnsignedLong(bytes) == chain.writableLength() ? FILLED : PUSHED;
        ids[slot] = chain.id();
        slots[slot] = chain.slots();
        written[slot] = bytes;
    }

    /** Whether the chain that begins at a slot has been served. */
    boolean isPushed(int slot) {
        return states[slot] >= PUSHED;
    }

    /** Takes a served chain into the batch; returns whether it ends the batch. */
    boolean take(int slot) {
        boolean filled = states[slot] == FILLED;
        states[slot] = ABSENT;
        last = slot;
        return !filled;
    }

    /** Identifier of the chain that was taken last. */
    int id() {
        return ids[last];
    }

    /** Number of slots of the chain that was taken last. */
    int slots() {
        return slots[last];
    }

    /** Bytes written into the chain that was taken last. */
    int written() {
        return written[last];
    }
}
