// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Arrays;

/** The mappings that an UNMAP is about to remove, noted to be told once they are gone; no more than the trace takes. */
final class TracedUnmap {
    private static final int SMALL = 16;

    private final Trace trace;
    private final Domain domain;

    /** Start and end of each in turn. */
    private long[] ranges = new long[SMALL];

    private int length;

    /** Notes the mappings within a range. */
    TracedUnmap(Trace trace, Domain domain, long first, long last) {
        this.trace = trace;
        this.domain = domain;
        domain.table().forEach(first, (start, end, physical, flags) -> {
            boolean within = !Unsigned.below(last, start);
            if (within) {
                note(start, end);
            }
            return within && length < 2 * TraceRing.CAPACITY;
        });
    }

    /** Tells that they are gone. */
    void tell() {
        for (int i = 0; i < length; i += 2) {
            trace.put(TraceKind.UNMAP_DONE, domain.id(), ranges[i], ranges[i + 1]);
        }
    }

    private void note(long start, long end) {
        if (length == ranges.length) {
            ranges = Arrays.copyOf(ranges, 2 * length);
        }
        ranges[length++] = start;
        ranges[length++] = end;
    }
}
