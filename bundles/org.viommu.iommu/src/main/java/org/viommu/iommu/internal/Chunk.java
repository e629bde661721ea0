// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.mapping.MappingTable;

/** A bounded number of mappings, read from one table to be put into another. */
final class Chunk implements MappingTable.Visitor {
    /** Small enough that what changes while it is read and put fits into the journal many times. */
    private static final int CAPACITY = 4096;

    private final long[] starts = new long[CAPACITY];
    private final long[] ends = new long[CAPACITY];
    private final long[] physicals = new long[CAPACITY];
    private final int[] flags = new int[CAPACITY];
    private int count;

    /** Reads on from an address. If the table throws, what it gave before is kept. */
    void read(DomainTable table, long from) {
        count = 0;
        table.forEach(from, this);
    }

    @Override
    public boolean visit(long start, long end, long physical, int mappingFlags) {
        starts[count] = start;
        ends[count] = end;
        physicals[count] = physical;
        flags[count] = mappingFlags;
        count++;
        return count < CAPACITY;
    }

    void writeTo(ReplicaTable target) {
        for (int i = 0; i < count; i++) {
            target.put(starts[i], ends[i], physicals[i], flags[i]);
        }
    }

    /** Whether the table may have more. */
    boolean full() {
        return count == CAPACITY;
    }

    /** The address behind the last mapping; 0 behind the end of the address space. */
    long next() {
        return ends[count - 1] + 1;
    }
}
