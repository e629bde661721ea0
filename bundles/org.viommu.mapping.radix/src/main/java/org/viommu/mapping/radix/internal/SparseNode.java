// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A node with room for the slots in use only. Which slots these are never changes: to fill or empty one, another node takes over. */
final class SparseNode extends Node {
    /** Four words of keys. A full node with one entry more costs each of them no more than 72 bytes. */
    private static final int CAPACITY = 4 * SlotKeys.PER_WORD;

    private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Entry[].class);
    private static final long[] NO_KEYS = {};
    private static final Entry[] NO_CHILDREN = {};

    private final long[] keys;
    private final Entry[] children;

    /** Creates a node without entries, which its owner fills before readers reach it. */
    SparseNode(int level, long base) {
        this(level, base, Spans.NONE, NO_KEYS, NO_CHILDREN);
    }

    /** Takes over the entries and spans of a node with few entries. */
    SparseNode(Node node) {
        this(node.level, node.base, node.spans(), SlotKeys.of(node), new Entry[node.used()]);
        for (int index = 0; index < children.length; index++) {
            children[index] = node.at(SlotKeys.key(keys, index));
        }
    }

    private SparseNode(int level, long base, Mapping[] spans, long[] keys, Entry[] children) {
        super(level, base, spans);
        this.keys = keys;
        this.children = children;
    }

    @Override
    Entry child(long address) {
        return at(slot(address));
    }

    @Override
    Entry at(int slot) {
        int index = SlotKeys.find(keys, slot);
        return index < children.length ? (Entry) CHILD.getAcquire(children, index) : null;
    }

    @Override
    int next(int slot) {
        int index = rank(slot);
        return index < children.length ? SlotKeys.key(keys, index) : Level.SLOTS;
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
        int index = rank(slot);
        Entry[] more = new Entry[children.length + 1];
        System.arraycopy(children, 0, more, 0, index);
        more[index] = entry;
        System.arraycopy(children, index, more, index + 1, children.length - index);
        return new SparseNode(level, base, spans(), SlotKeys.with(keys, children.length, index, slot), more);
    }

    @Override
    void replace(int slot, Entry entry) {
        CHILD.setRelease(children, SlotKeys.find(keys, slot), entry);
    }

    @Override
    Node clear(int first, int last) {
        int from = rank(first);
        int to = rank(last + 1);
        if (from >= to) {
            return this;
        }
        Entry[] fewer = new Entry[children.length - (to - from)];
        System.arraycopy(children, 0, fewer, 0, from);
        System.arraycopy(children, to, fewer, from, children.length - to);
        return new SparseNode(level, base, spans(), SlotKeys.without(keys, children.length, from, to), fewer);
    }

    @Override
    Node fitted() {
        return this;
    }

    /** Number of slots in use below a slot. */
    private int rank(int slot) {
        return SlotKeys.rank(keys, children.length, slot);
    }
}
