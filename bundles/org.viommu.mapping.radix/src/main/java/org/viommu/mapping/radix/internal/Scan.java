// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

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

    /** Mappings that end below are not wanted. */
    long from() {
        return from;
    }

    /**
     * Passes a mapping on unless it lies below what is wanted. A mapping that reaches back to addresses already visited came after the pass had gone by, and is
     * left out: the visitor never sees overlapping ranges.
     *
     * @return false to stop
     */
    boolean offer(long start, long end, long physical, int flags) {
        if (Long.compareUnsigned(end, from) < 0 || begun && Long.compareUnsigned(start, last) <= 0) {
            return true;
        }
        begun = true;
        last = end;
        return visitor.visit(start, end, physical, flags);
    }
}
