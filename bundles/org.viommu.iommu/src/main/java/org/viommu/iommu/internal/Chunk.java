// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.mapping.MappingRun;

/** A bounded number of mappings, read from one table to be put into another. */
final class Chunk {
    /** Small enough that what changes while it is read and put fits into the journal many times. */
    private static final int CAPACITY = 4096;

    private final MappingRun run = new MappingRun(CAPACITY);

    /** Reads on from an address. If the table throws, what it gave before is kept. */
    void read(DomainTable table, long from) {
        run.clear();
        table.forEach(from, run);
    }

    void writeTo(ReplicaTable target) {
        target.putAll(run);
    }

    /** Whether the table may have more. */
    boolean full() {
        return run.full();
    }

    /** The address behind the last mapping; 0 behind the end of the address space. */
    long next() {
        return run.end(run.count() - 1) + 1;
    }
}
