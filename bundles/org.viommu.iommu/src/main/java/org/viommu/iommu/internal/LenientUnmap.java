// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.mapping.UnmapResult;

/** UNMAP as QEMU does it: one mapping after the other, until one of them would have to be split. */
final class LenientUnmap {
    private final DomainTable table;
    private final Journal journal;
    private final Domain domain;
    private final Trace trace;
    private long start;
    private long end;
    private boolean found;

    /**
     * Prepares.
     *
     * @param domain whose mappings are removed
     * @param journal told of each; null if there is none
     * @param trace told of each
     */
    LenientUnmap(Domain domain, Journal journal, Trace trace) {
        this.domain = domain;
        this.table = domain.table();
        this.journal = journal;
        this.trace = trace;
    }

    /** Removes mappings in a range. */
    UnmapResult remove(long first, long last) {
        while (find(first, last)) {
            if (Unsigned.below(start, first) || Unsigned.below(last, end)) {
                return UnmapResult.SPLIT;
            }
            table.unmap(start, end);
            if (journal != null) {
                journal.unmap(domain, start, end);
            }
            if (trace.on()) {
                trace.put(TraceKind.UNMAP_DONE, domain.id(), start, end);
            }
        }
        return UnmapResult.OK;
    }

    /** Looks for the lowest mapping that shares an address with the range. */
    private boolean find(long first, long last) {
        found = false;
        table.forEach(first, (mappingStart, mappingEnd, physical, flags) -> {
            start = mappingStart;
            end = mappingEnd;
            found = !Unsigned.below(last, mappingStart);
            return false;
        });
        return found;
    }
}
