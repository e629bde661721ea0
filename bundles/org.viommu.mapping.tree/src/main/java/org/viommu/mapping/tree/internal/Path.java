// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.tree.internal;

/** The way from the root down to the leaf for an address, and what the writer does along it. Confined to one thread. */
final class Path {
    /** A branch has two children at least, and the ones below the root more. */
    private static final int MOST_LEVELS = 64;

    private final Branch[] branches = new Branch[MOST_LEVELS];
    private final int[] indexes = new int[MOST_LEVELS];
    private int depth;
    private Leaf leaf;
    private long low;
    private long high;

    /** Goes down. */
    void descend(Node root, long address) {
        depth = 0;
        low = 0;
        high = -1L;
        Node node = root;
        while (node instanceof Branch branch) {
            int index = branch.indexOf(address);
            if (index > 0) {
                low = branch.low(index);
            }
            if (index + 1 < branch.count()) {
                high = branch.low(index + 1) - 1;
            }
            branches[depth] = branch;
            indexes[depth] = index;
            depth++;
            node = branch.child(index);
        }
        leaf = (Leaf) node;
    }

    Leaf leaf() {
        return leaf;
    }

    /** First address of the range in which the leaf's mappings start. */
    long low() {
        return low;
    }

    /** Last address of that range (inclusive). */
    long high() {
        return high;
    }

    /** Puts a larger leaf in the place of the present one; returns the root. */
    Node grow(Node root, Leaf next) {
        return settle(root, depth, next);
    }

    /** Puts a leaf that begins at an address behind the present one, whose range ends there; returns the root. */
    Node append(Node root, long start, Leaf next) {
        return depth == 0
                ? Branch.of(leaf, start, next)
                : settle(root, depth - 1, branches[depth - 1].split(indexes[depth - 1], leaf, start, next));
    }

    /** Puts a larger node in the place of the one at a level, halved if it is too large; returns the root. */
    private Node settle(Node root, int at, Node next) {
        Node node = next;
        int level = at;
        while (node.count() > Node.MOST) {
            Node lower = node.lower();
            Node upper = node.upper();
            if (level == 0) {
                return Branch.of(lower, node.middle(), upper);
            }
            level--;
            node = branches[level].split(indexes[level], lower, node.middle(), upper);
        }
        return place(root, level, node);
    }

    /** Puts a smaller leaf in the place of the present one; returns the root. */
    Node shrink(Node root, Leaf next) {
        Node node = next;
        int level = depth;
        while (level > 0) {
            Branch parent = branches[level - 1];
            int index = indexes[level - 1];
            Branch changed = node.count() == 0 ? parent.without(index) : joined(parent, index, node);
            if (changed == null) {
                break;
            }
            node = changed;
            level--;
        }
        if (level == 0 && node instanceof Branch branch && branch.count() < 2) {
            return branch.count() == 0 ? Leaf.EMPTY : branch.child(0);
        }
        return place(root, level, node);
    }

    /** The parent with a child that has become small joined with a neighbour; null if that need not or cannot be. */
    private static Branch joined(Branch parent, int index, Node node) {
        if (node.count() >= Node.FEW) {
            return null;
        }
        if (index + 1 < parent.count()) {
            Node above = parent.child(index + 1);
            if (node.count() + above.count() <= Node.MOST_JOINED) {
                return parent.joined(index, node.join(parent.low(index + 1), above));
            }
        }
        if (index > 0) {
            Node below = parent.child(index - 1);
            if (node.count() + below.count() <= Node.MOST_JOINED) {
                return parent.joined(index - 1, below.join(parent.low(index), node));
            }
        }
        return null;
    }

    private Node place(Node root, int level, Node node) {
        if (level == 0) {
            return node;
        }
        branches[level - 1].replace(indexes[level - 1], node);
        return root;
    }
}
