// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.resident;

import org.viommu.mapping.MappingTable.Visitor;
import org.viommu.mapping.Translation;

/**
 * A node of a persistent treap of disjoint mappings: in ascending order from left to right, and no child with a higher
 * priority than its parent. Immutable. Null is the empty tree.
 */
final class MappingNode {
    private final long start;
    private final long end;
    private final long physical;
    private final int flags;
    private final int priority;
    private final int size;
    private final MappingNode left;
    private final MappingNode right;

    MappingNode(long start, long end, long physical, int flags, int priority) {
        this(start, end, physical, flags, priority, null, null);
    }

    private MappingNode(
            long start, long end, long physical, int flags, int priority, MappingNode left, MappingNode right) {
        this.start = start;
        this.end = end;
        this.physical = physical;
        this.flags = flags;
        this.priority = priority;
        this.left = left;
        this.right = right;
        size = 1 + size(left) + size(right);
    }

    /** A node with two trees that lie below and above it and have no higher priorities. */
    MappingNode over(MappingNode lower, MappingNode upper) {
        return with(lower, upper);
    }

    long start() {
        return start;
    }

    long end() {
        return end;
    }

    int priority() {
        return priority;
    }

    void fill(Translation translation) {
        translation.set(start, end, physical, flags);
    }

    static int size(MappingNode tree) {
        return tree == null ? 0 : tree.size;
    }

    /** The mapping that holds an address or, if there is none, the next one above; null if there is none either. */
    static MappingNode atOrAbove(MappingNode tree, long address) {
        MappingNode found = null;
        MappingNode node = tree;
        while (node != null) {
            if (before(node.end, address)) {
                node = node.right;
            } else {
                found = node;
                node = before(address, node.start) ? node.left : null;
            }
        }
        return found;
    }

    /** The mapping that holds an address or, if there is none, the next one below; null if there is none either. */
    static MappingNode atOrBelow(MappingNode tree, long address) {
        MappingNode found = null;
        MappingNode node = tree;
        while (node != null) {
            if (before(address, node.start)) {
                node = node.left;
            } else {
                found = node;
                node = node.right;
            }
        }
        return found;
    }

    /** The tree with one more mapping, which overlaps none of it. */
    static MappingNode insert(MappingNode tree, MappingNode added) {
        if (tree == null || added.priority > tree.priority) {
            return added.with(below(tree, added.start), above(tree, added.end));
        }
        return before(added.start, tree.start)
                ? tree.with(insert(tree.left, added), tree.right)
                : tree.with(tree.left, insert(tree.right, added));
    }

    /** The mappings that begin below an address. */
    static MappingNode below(MappingNode tree, long address) {
        if (tree == null) {
            return null;
        }
        return before(tree.start, address)
                ? tree.with(tree.left, below(tree.right, address))
                : below(tree.left, address);
    }

    /** The mappings that begin above an address. */
    static MappingNode above(MappingNode tree, long address) {
        if (tree == null) {
            return null;
        }
        return before(address, tree.start)
                ? tree.with(above(tree.left, address), tree.right)
                : above(tree.right, address);
    }

    /** One tree of two, all of whose mappings lie below those of the other. */
    static MappingNode join(MappingNode lower, MappingNode upper) {
        if (lower == null || upper == null) {
            return lower == null ? upper : lower;
        }
        return lower.priority > upper.priority
                ? lower.with(lower.left, join(lower.right, upper))
                : upper.with(join(lower, upper.left), upper.right);
    }

    /**
     * Visits in ascending order all mappings that do not end below an address; returns false if the visitor stopped.
     */
    static boolean visit(MappingNode tree, long from, Visitor visitor) {
        if (tree == null) {
            return true;
        }
        if (before(tree.end, from)) {
            return visit(tree.right, from, visitor);
        }
        return visit(tree.left, from, visitor)
                && visitor.visit(tree.start, tree.end, tree.physical, tree.flags)
                && visit(tree.right, from, visitor);
    }

    /** Whether an address is below another one. */
    static boolean before(long address, long other) {
        return Long.compareUnsigned(address, other) < 0;
    }

    private MappingNode with(MappingNode newLeft, MappingNode newRight) {
        return newLeft == left && newRight == right
                ? this
                : new MappingNode(start, end, physical, flags, priority, newLeft, newRight);
    }
}
