// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A node with a place for each slot, written in place. */
final class FullNode extends Node {
    /** With fewer entries a sparse node takes over. Below the sparse node's capacity, so that a node on the edge does not change with every mapping. */
    private static final int FEW = 20;

    private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Entry[].class);

    private final Entry[] children = new Entry[Level.SLOTS];
    private int used;

    /** Takes over the entries and spans of a node. */
    FullNode(Node node) {
        super(node.level, node.base, node.spans());
        for (int slot = node.next(0); slot < Level.SLOTS; slot = node.next(slot + 1)) {
            children[slot] = node.at(slot);
        }
        used = node.used();
    }

    @Override
    Entry child(long address) {
        return at(slot(address));
    }

    @Override
    Entry at(int slot) {
        return (Entry) CHILD.getAcquire(children, slot);
    }

    @Override
    int next(int slot) {
        int next = slot;
        while (next < Level.SLOTS && at(next) == null) {
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
        CHILD.setRelease(children, slot, entry);
    }

    @Override
    Node clear(int first, int last) {
        for (int slot = next(first); slot <= last; slot = next(slot + 1)) {
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
