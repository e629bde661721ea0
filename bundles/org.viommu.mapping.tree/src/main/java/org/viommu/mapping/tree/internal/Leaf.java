// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.tree.internal;

import java.util.Arrays;
import org.viommu.mapping.MappingRun;
import org.viommu.mapping.MappingTable.Visitor;
import org.viommu.mapping.Translation;

/**
 * Some mappings in ascending order. Unchangeable, so that readers see a state that there was, and without a place to spare: a change makes another leaf.
 *
 * <pre>
 * words   start[0] … start[n-1]   end[0] … end[n-1]   physical[0] … physical[n-1]
 * </pre>
 */
final class Leaf extends Node {
    static final Leaf EMPTY = new Leaf(new long[0], 0, null);

    private static final int WORDS = 3;

    private final long[] words;

    /** Of all mappings, if {@link #each} is null. */
    private final int flags;

    /** Where mappings differ in their flags: those of each. */
    private final int[] each;

    private Leaf(long[] words, int flags, int[] each) {
        this.words = words;
        this.flags = flags;
        this.each = each;
    }

    /** A leaf of some mappings of a run, from one index to another (exclusive). */
    static Leaf of(MappingRun run, int from, int to) {
        int count = to - from;
        long[] words = new long[WORDS * count];
        int[] each = new int[count];
        for (int i = 0; i < count; i++) {
            words[i] = run.start(from + i);
            words[count + i] = run.end(from + i);
            words[2 * count + i] = run.physical(from + i);
            each[i] = run.flags(from + i);
        }
        return of(words, 0, each);
    }

    @Override
    int count() {
        return words.length / WORDS;
    }

    long start(int index) {
        return words[index];
    }

    long end(int index) {
        return words[count() + index];
    }

    private long physical(int index) {
        return words[2 * count() + index];
    }

    private int flags(int index) {
        return each == null ? flags : each[index];
    }

    /** Index of the last mapping that starts at an address or below; -1 if there is none. */
    int floor(long address) {
        long key = address + Long.MIN_VALUE;
        int base = -1;
        for (int left = count(); left > 0; ) {
            int half = left + 1 >>> 1;
            base = words[base + half] + Long.MIN_VALUE <= key ? base + half : base;
            left -= half;
        }
        return base;
    }

    /** Index of the first mapping that starts at an address or above; their number if there is none. */
    int ceiling(long address) {
        return address == 0 ? 0 : floor(address - 1) + 1;
    }

    /** Fills the answer if a mapping holds the address. */
    boolean answer(int index, long address, Translation translation) {
        if (Long.compareUnsigned(end(index), address) < 0) {
            return false;
        }
        translation.set(start(index), end(index), physical(index), flags(index));
        return true;
    }

    boolean show(int index, Visitor visitor) {
        return visitor.visit(start(index), end(index), physical(index), flags(index));
    }

    /** The leaf with a mapping more. */
    Leaf with(int index, long start, long end, long physical, int mappingFlags) {
        int count = count();
        long[] more = new long[words.length + WORDS];
        System.arraycopy(words, 0, more, 0, index);
        more[index] = start;
        System.arraycopy(words, index, more, index + 1, count);
        more[count + 1 + index] = end;
        System.arraycopy(words, count + index, more, count + 2 + index, count);
        more[2 * count + 2 + index] = physical;
        System.arraycopy(words, 2 * count + index, more, 2 * count + 3 + index, count - index);
        if (each == null && (mappingFlags == flags || count == 0)) {
            return new Leaf(more, mappingFlags, null);
        }
        int[] own = new int[count + 1];
        for (int i = 0; i < count; i++) {
            own[i < index ? i : i + 1] = flags(i);
        }
        own[index] = mappingFlags;
        return new Leaf(more, 0, own);
    }

    /** The leaf without the mappings from one index to another (exclusive). */
    Leaf without(int from, int to) {
        int count = count();
        int gone = to - from;
        int left = count - gone;
        if (left == 0) {
            return EMPTY;
        }
        long[] fewer = new long[WORDS * left];
        System.arraycopy(words, 0, fewer, 0, from);
        System.arraycopy(words, to, fewer, from, left);
        System.arraycopy(words, count + to, fewer, left + from, left);
        System.arraycopy(words, 2 * count + to, fewer, 2 * left + from, left - from);
        int[] own = null;
        if (each != null) {
            own = new int[left];
            System.arraycopy(each, 0, own, 0, from);
            System.arraycopy(each, to, own, from, left - from);
        }
        return of(fewer, flags, own);
    }

    @Override
    Leaf lower() {
        return without(count() / 2, count());
    }

    @Override
    Leaf upper() {
        return without(0, count() / 2);
    }

    @Override
    long middle() {
        return start(count() / 2);
    }

    @Override
    Leaf join(long low, Node next) {
        Leaf other = (Leaf) next;
        int count = count();
        int more = other.count();
        if (count == 0) {
            return other;
        }
        long[] all = new long[WORDS * (count + more)];
        for (int part = 0; part < WORDS; part++) {
            System.arraycopy(words, part * count, all, part * (count + more), count);
            System.arraycopy(other.words, part * more, all, part * (count + more) + count, more);
        }
        if (each == null && other.each == null && flags == other.flags) {
            return new Leaf(all, flags, null);
        }
        int[] own = new int[count + more];
        for (int i = 0; i < own.length; i++) {
            own[i] = i < count ? flags(i) : other.flags(i - count);
        }
        return new Leaf(all, 0, own);
    }

    /** Flags of each only where they differ. */
    private static Leaf of(long[] words, int flags, int[] each) {
        if (each == null) {
            return new Leaf(words, flags, null);
        }
        boolean same = Arrays.stream(each).allMatch(one -> one == each[0]);
        return same ? new Leaf(words, each[0], null) : new Leaf(words, 0, each);
    }
}
