// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

/**
 * One mapping, or a subtree with at least two.
 *
 * <p>A slot of the tree holds an entry, or null if it is empty. Of a {@link PageLeaf} it holds the words only: one load less for look-ups.
 *
 * <p>The one writer changes an entry in place where a single write publishes the change, and otherwise puts a new entry in the place of the old one. Readers
 * therefore never wait and never retry: what they have reached is a state that the table had after they began.
 */
abstract sealed class Entry permits Mapping, Node, PageLeaf {

    /** The entry that a slot holds, or null. */
    static Entry of(Object content) {
        return content instanceof long[] words ? new PageLeaf(words) : (Entry) content;
    }

    /** What a slot holds for this entry. */
    Object content() {
        return this;
    }

    /** Number of mappings. */
    abstract long size();

    /** Whether the range touches a mapping. */
    abstract boolean overlaps(long start, long end);

    /** Whether a mapping lies partly in the range and partly outside. */
    abstract boolean cuts(long start, long end);

    /**
     * Adds a mapping.
     *
     * @return the entry that takes the place of this one, often this one; null if the mapping overlaps another, and then nothing has changed
     */
    abstract Entry with(long start, long end, long physical, int flags);

    /**
     * Removes the mappings that lie in the range, unless the range cuts one.
     *
     * @param removal counts what is removed, or is told that nothing is
     * @return the entry that takes the place of this one, often this one; null if no mapping is left
     */
    abstract Entry without(long start, long end, Removal removal);

    /** Has all mappings counted as removed, because nobody finds this entry any more. */
    abstract void leave(Removal removal);

    /** Offers the mappings in ascending order. Returns false if the scan was stopped. */
    abstract boolean scan(Scan scan);

    /** Whether two ranges share an address. */
    static boolean intersect(long start, long end, long otherStart, long otherEnd) {
        return Long.compareUnsigned(start, otherEnd) <= 0 && Long.compareUnsigned(otherStart, end) <= 0;
    }

    /** Whether the first range lies in the second. */
    static boolean within(long start, long end, long outerStart, long outerEnd) {
        return Long.compareUnsigned(start, outerStart) >= 0 && Long.compareUnsigned(end, outerEnd) <= 0;
    }
}
