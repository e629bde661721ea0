// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A node with room for the slots in use only. Which slots these are never changes: to fill or empty one, another node takes over. */
final class SparseNode extends Node {
    /** A full node with one entry more costs each of them no more than 75 bytes. */
    private static final int CAPACITY = 28;

    private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final Object[] NO_CHILDREN = {};

    private final long[] slots;
    private final Object[] children;

    /** Creates a node without entries, which its owner fills before readers reach it. */
    SparseNode(int level, long first) {
        this(level, first, Spans.NONE, SlotSet.EMPTY, NO_CHILDREN);
    }

    /** Takes over the entries and spans of a node with few entries. */
    SparseNode(Node node) {
        this(node.level, node.first, node.spans(), SlotSet.of(node), new Object[node.used()]);
        int index = 0;
        for (int slot = node.next(0); slot < Level.SLOTS; slot = node.next(slot + 1)) {
            children[index++] = node.content(slot);
        }
    }

    private SparseNode(int level, long first, Mapping[] spans, long[] slots, Object[] children) {
        super(level, first, spans);
        this.slots = slots;
        this.children = children;
    }

    @Override
    Object content(int slot) {
        int index = SlotSet.find(slots, slot);
        return index < 0 ? null : CHILD.getAcquire(children, index);
    }

    @Override
    int next(int slot) {
        return SlotSet.next(slots, slot);
    }

    @Override
    int used() {
        return children.length;
    }

    @Override
    Node add(int slot, Entry entry) {
        if (children.length == CAPACITY) {
            return new FullNode(this).add(slot, entry);
        }
        int index = SlotSet.rank(slots, slot);
        Object[] more = new Object[children.length + 1];
        System.arraycopy(children, 0, more, 0, index);
        more[index] = entry.content();
        System.arraycopy(children, index, more, index + 1, children.length - index);
        return new SparseNode(level, first, spans(), SlotSet.with(slots, slot), more);
    }

    @Override
    void replace(int slot, Entry entry) {
        CHILD.setRelease(children, SlotSet.find(slots, slot), entry.content());
    }

    @Override
    Node clear(int from, int to) {
        int index = SlotSet.rank(slots, from);
        int gone = SlotSet.count(slots, from, to);
        if (gone == 0) {
            return this;
        }
        Object[] fewer = new Object[children.length - gone];
        System.arraycopy(children, 0, fewer, 0, index);
        System.arraycopy(children, index + gone, fewer, index, fewer.length - index);
        return new SparseNode(level, first, spans(), SlotSet.without(slots, from, to), fewer);
    }

    @Override
    Node fitted() {
        return this;
    }
}
