// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Branches on one digit of the address. A mapping that lies in one slot is in that slot's entry; one that reaches over several slots is among the node's spans
 * and occupies no slot, so that a huge mapping costs no more than a small one. Digits in which all mappings below agree have no node.
 */
abstract sealed class Node extends Entry permits SparseNode, FullNode {
    private static final VarHandle SPANS;

    static {
        try {
            SPANS = MethodHandles.lookup().findVarHandle(Node.class, "spans", Mapping[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The number of address bits below this node's digit. */
    final int level;

    /** The lowest address that this node may hold. */
    final long first;

    /** The highest address that this node may hold. */
    final long last;

    private Mapping[] spans;

    Node(int level, long first, Mapping[] spans) {
        this.level = level;
        this.first = first;
        this.last = first | Level.mask(level);
        this.spans = spans;
    }

    /** The lowest node for an entry, all of which lies in a range, and a mapping outside of that range. */
    static Entry of(Entry entry, long first, long last, Mapping mapping) {
        int level = Level.of((first ^ last) | (first ^ mapping.start) | (mapping.start ^ mapping.end));
        Node node = new SparseNode(level, first & ~Level.mask(level));
        int slot = node.slot(first);
        if (slot == node.slot(last)) {
            node = node.add(slot, entry);
        } else {
            node.span((Mapping) entry);
        }
        return node.place(mapping);
    }

    /** What a slot holds. */
    abstract Object content(int slot);

    /** The first slot from here on with an entry, or {@link Level#SLOTS}. */
    abstract int next(int slot);

    /** Number of slots with an entry. */
    abstract int used();

    /** Fills an empty slot; returns the node that takes the place of this one. */
    abstract Node add(int slot, Entry entry);

    /** Changes the entry of a slot in use. */
    abstract void replace(int slot, Entry entry);

    /** Empties the slots from one to another (inclusive); returns the node that takes the place of this one. */
    abstract Node clear(int from, int to);

    /** This node in the form that suits its number of entries. */
    abstract Node fitted();

    final Mapping[] spans() {
        return (Mapping[]) SPANS.getAcquire(this);
    }

    /** The mapping that holds an address and reaches over several slots, or null. */
    final Mapping span(long address) {
        Mapping[] seen = spans();
        return seen == Spans.NONE ? null : Spans.find(seen, address);
    }

    /** What the slot of an address holds. */
    final Object child(long address) {
        return content(slot(address));
    }

    /** The entry in a slot, or null. */
    final Entry at(int slot) {
        return Entry.of(content(slot));
    }

    final int slot(long address) {
        return Level.slot(level, address);
    }

    @Override
    final long size() {
        long size = spans.length;
        for (int slot = next(0); slot < Level.SLOTS; slot = next(slot + 1)) {
            size += at(slot).size();
        }
        return size;
    }

    @Override
    final boolean overlaps(long start, long end) {
        return intersect(start, end, first, last) && (Spans.overlap(spans, start, end) || occupied(start, end));
    }

    /** Whether the range, which has an address in common with this node's, touches a mapping in the slots. */
    private boolean occupied(long start, long end) {
        int from = firstSlot(start);
        int to = lastSlot(end);
        int slot = next(from);
        if (slot > to) {
            return false;
        }
        // The mappings of a slot between the outermost two lie in the range.
        if (slot > from && slot < to || at(slot).overlaps(start, end)) {
            return true;
        }
        int following = next(slot + 1);
        return following < to || following == to && at(to).overlaps(start, end);
    }

    @Override
    final boolean cuts(long start, long end) {
        if (!intersect(start, end, first, last)) {
            return false;
        }
        int span = Spans.firstReaching(spans, start);
        return Spans.cut(spans, span, Spans.firstAbove(spans, span, end), start, end) || slotsCut(start, end);
    }

    private boolean slotsCut(long start, long end) {
        int from = firstSlot(start);
        int to = lastSlot(end);
        return cuts(at(from), start, end) || to != from && cuts(at(to), start, end);
    }

    private static boolean cuts(Entry entry, long start, long end) {
        return entry != null && entry.cuts(start, end);
    }

    private int firstSlot(long start) {
        return Long.compareUnsigned(start, first) <= 0 ? slot(first) : slot(start);
    }

    private int lastSlot(long end) {
        return Long.compareUnsigned(end, last) >= 0 ? slot(last) : slot(end);
    }

    @Override
    final Entry with(long start, long end, long physical, int flags) {
        if (!within(start, end, first, last)) {
            return overlaps(start, end) ? null : of(this, first, last, new Mapping(start, end, physical, flags));
        }
        if (spans != Spans.NONE && Spans.overlap(spans, start, end)) {
            return null;
        }
        int slot = slot(start);
        if (slot != slot(end)) {
            return occupied(start, end) ? null : place(new Mapping(start, end, physical, flags));
        }
        Entry child = at(slot);
        if (child == null) {
            return place(new Mapping(start, end, physical, flags));
        }
        Entry changed = child.with(start, end, physical, flags);
        if (changed != null && changed != child) {
            replace(slot, changed);
        }
        return changed == null ? null : this;
    }

    /** Adds a mapping of this node's range that no other mapping is in the way of. */
    private Entry place(Mapping mapping) {
        Node node = this;
        int slot = slot(mapping.start);
        if (slot == slot(mapping.end)) {
            node = add(slot, mapping);
        } else {
            span(mapping);
        }
        if (level == Level.PAGE && PageLeaf.worthwhile(node.used() + spans.length)) {
            PageLeaf leaf = PageLeaf.of(node);
            return leaf == null ? node : leaf;
        }
        return node;
    }

    private void span(Mapping mapping) {
        SPANS.setRelease(this, Spans.with(spans, mapping));
    }

    @Override
    final Entry without(long start, long end, Removal removal) {
        if (!intersect(start, end, first, last)) {
            return this;
        }
        if (within(first, last, start, end)) {
            leave(removal);
            return null;
        }
        int from = firstSlot(start);
        int to = lastSlot(end);
        int span = Spans.firstReaching(spans, start);
        int spanEnd = Spans.firstAbove(spans, span, end);
        if (from == to && span == spanEnd) {
            int used = used();
            Node node = prune(from, start, end, removal);
            return node.used() == used ? node : node.settled();
        }
        // Only the outermost mappings can be cut. Below here nobody refuses.
        if (Spans.cut(spans, span, spanEnd, start, end) || slotsCut(start, end)) {
            removal.refuse();
            return this;
        }
        if (span < spanEnd) {
            for (int gone = span; gone < spanEnd; gone++) {
                removal.add(spans[gone]);
            }
            SPANS.setRelease(this, Spans.without(spans, span, spanEnd));
        }
        Node node = prune(from, start, end, removal);
        if (from < to) {
            for (int slot = next(from + 1); slot < to; slot = next(slot + 1)) {
                at(slot).leave(removal);
            }
            node = node.clear(from + 1, to - 1).prune(to, start, end, removal);
        }
        return node.settled();
    }

    @Override
    final void leave(Removal removal) {
        for (Mapping span : spans) {
            removal.add(span);
        }
        for (int slot = next(0); slot < Level.SLOTS; slot = next(slot + 1)) {
            at(slot).leave(removal);
        }
    }

    /** Removes mappings from the entry in a slot; returns the node that takes the place of this one. */
    private Node prune(int slot, long start, long end, Removal removal) {
        Entry child = at(slot);
        if (child == null) {
            return this;
        }
        Entry changed = child.without(start, end, removal);
        if (changed == null) {
            return clear(slot, slot);
        }
        if (changed != child) {
            replace(slot, changed);
        }
        return this;
    }

    /** What takes the place of this node after a removal: nothing, the only entry left, or a node of the right kind. */
    private Entry settled() {
        int used = used();
        if (used + spans.length > 1) {
            return fitted();
        }
        if (used == 1) {
            return at(next(0));
        }
        return spans.length == 1 ? spans[0] : null;
    }

    @Override
    final boolean scan(Scan scan) {
        if (Long.compareUnsigned(scan.from(), last) > 0) {
            return true;
        }
        Mapping[] seen = spans();
        int span = Spans.firstReaching(seen, scan.from());
        int slot = next(firstSlot(scan.from()));
        while (true) {
            // A span lies behind all of its first slot and before all of its last.
            for (; span < seen.length && slot(seen[span].start) < slot; span++) {
                if (!seen[span].scan(scan)) {
                    return false;
                }
            }
            if (slot == Level.SLOTS) {
                return true;
            }
            Entry child = at(slot);
            if (child != null && !child.scan(scan)) {
                return false;
            }
            slot = next(slot + 1);
        }
    }
}
