// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A node with a place for each slot, written in place. */
final class FullNode extends Node {
    /** With fewer entries a sparse node takes over. Below that node's capacity, so that a node on the edge does not change with every mapping. */
    private static final int FEW = 20;

    private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Object[].class);

    private final Object[] children = new Object[Level.SLOTS];
    private int used;

    /** Takes over the entries and spans of a node. */
    FullNode(Node node) {
        super(node.level, node.first, node.spans());
        for (int slot = node.next(0); slot < Level.SLOTS; slot = node.next(slot + 1)) {
            children[slot] = node.content(slot);
        }
        used = node.used();
    }

    @Override
    Object content(int slot) {
        return CHILD.getAcquire(children, slot);
    }

    @Override
    int next(int slot) {
        int next = slot;
        while (next < Level.SLOTS && content(next) == null) {
            next++;
        }
        return next;
    }

    @Override
    int used() {
        return used;
    }

    @Override
    Node add(int slot, Entry entry) {
        replace(slot, entry);
        used++;
        return this;
    }

    @Override
    void replace(int slot, Entry entry) {
        CHILD.setRelease(children, slot, entry.content());
    }

    @Override
    Node clear(int from, int to) {
        for (int slot = next(from); slot <= to; slot = next(slot + 1)) {
            CHILD.setRelease(children, slot, null);
            used--;
        }
        return this;
    }

    @Override
    Node fitted() {
        return used < FEW ? new SparseNode(this) : this;
    }
}
