// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.tree.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Children in ascending order. A child is exchanged in place; which children there are and where they begin never changes: to add or remove one, another branch
 * takes over.
 */
final class Branch extends Node {
    private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Node[].class);

    /** Where each child begins. The first child begins where the branch does, whatever stands here. */
    private final long[] lows;

    private final Node[] children;

    private Branch(long[] lows, Node[] children) {
        this.lows = lows;
        this.children = children;
    }

    static Branch of(Node lower, long low, Node upper) {
        return new Branch(new long[] {0, low}, new Node[] {lower, upper});
    }

    @Override
    int count() {
        return lows.length;
    }

    /** Index of the child in whose range an address is. */
    int indexOf(long address) {
        long key = address + Long.MIN_VALUE;
        int base = 0;
        for (int left = lows.length - 1; left > 0; ) {
            int half = left + 1 >>> 1;
            base = lows[base + half] + Long.MIN_VALUE <= key ? base + half : base;
            left -= half;
        }
        return base;
    }

    Node child(int index) {
        return (Node) CHILD.getAcquire(children, index);
    }

    /** Where a child begins, but for the first one. */
    long low(int index) {
        return lows[index];
    }

    void replace(int index, Node child) {
        CHILD.setRelease(children, index, child);
    }

    /** The branch with two children in the place of one. */
    Branch split(int index, Node lower, long low, Node upper) {
        long[] moreLows = new long[lows.length + 1];
        Node[] more = new Node[lows.length + 1];
        System.arraycopy(lows, 0, moreLows, 0, index + 1);
        System.arraycopy(lows, index + 1, moreLows, index + 2, lows.length - index - 1);
        System.arraycopy(children, 0, more, 0, index);
        System.arraycopy(children, index + 1, more, index + 2, lows.length - index - 1);
        moreLows[index + 1] = low;
        more[index] = lower;
        more[index + 1] = upper;
        return new Branch(moreLows, more);
    }

    /** The branch without a child, whose range a neighbour takes over. */
    Branch without(int index) {
        long[] fewerLows = new long[lows.length - 1];
        Node[] fewer = new Node[lows.length - 1];
        System.arraycopy(lows, 0, fewerLows, 0, index);
        System.arraycopy(lows, index + 1, fewerLows, index, fewer.length - index);
        System.arraycopy(children, 0, fewer, 0, index);
        System.arraycopy(children, index + 1, fewer, index, fewer.length - index);
        return new Branch(fewerLows, fewer);
    }

    /** The branch with one child in the place of two, the first of which has the index. */
    Branch joined(int index, Node child) {
        Branch fewer = without(index + 1);
        fewer.children[index] = child;
        return fewer;
    }

    @Override
    Branch lower() {
        return part(0, count() / 2);
    }

    @Override
    Branch upper() {
        return part(count() / 2, count());
    }

    @Override
    long middle() {
        return lows[count() / 2];
    }

    @Override
    Branch join(long low, Node next) {
        Branch other = (Branch) next;
        long[] allLows = new long[count() + other.count()];
        Node[] all = new Node[count() + other.count()];
        System.arraycopy(lows, 0, allLows, 0, count());
        System.arraycopy(other.lows, 0, allLows, count(), other.count());
        System.arraycopy(children, 0, all, 0, count());
        System.arraycopy(other.children, 0, all, count(), other.count());
        allLows[count()] = low;
        return new Branch(allLows, all);
    }

    private Branch part(int from, int to) {
        return new Branch(Arrays.copyOfRange(lows, from, to), Arrays.copyOfRange(children, from, to));
    }
}
