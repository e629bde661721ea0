// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.tree.internal;

import org.viommu.mapping.MappingTable.Visitor;

/** One pass over the mappings in ascending order, while the writer may go on. */
final class Scan {
    private final long from;
    private final Visitor visitor;
    private boolean begun;
    private long last;

    Scan(long from, Visitor visitor) {
        this.from = from;
        this.visitor = visitor;
    }

    /**
     * Passes the mappings of a leaf on, from one index to another (inclusive), but for those that lie below what is wanted. A mapping that reaches back to addresses already
     * visited came after the pass had gone by, and is left out: the visitor never sees overlapping ranges.
     *
     * @return false to stop
     */
    boolean offer(Leaf leaf, int first, int to) {
        for (int index = Math.max(0, first); index <= to; index++) {
            if (Long.compareUnsigned(leaf.end(index), from) < 0
                    || begun && Long.compareUnsigned(leaf.start(index), last) <= 0) {
                continue;
            }
            begun = true;
            last = leaf.end(index);
            if (!leaf.show(index, visitor)) {
                return false;
            }
        }
        return true;
    }
}
