// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.tree.internal;

/** A part of the tree. It holds the mappings that start in a range of addresses, which is known above. */
abstract sealed class Node permits Leaf, Branch {
    /** The most mappings of a leaf and children of a branch. What changes copies one of them. */
    static final int MOST = 64;

    /** With fewer, a node is joined with a neighbour if there is one of the right size. */
    static final int FEW = 20;

    /** The most that two become when they are joined, so that the next addition does not split them. */
    static final int MOST_JOINED = 48;

    /** Mappings or children. */
    abstract int count();

    /** The lower half. */
    abstract Node lower();

    /** The upper half. */
    abstract Node upper();

    /** Where the upper half begins. */
    abstract long middle();

    /** One node of this one and its upper neighbour, which begins at an address. */
    abstract Node join(long low, Node next);
}
