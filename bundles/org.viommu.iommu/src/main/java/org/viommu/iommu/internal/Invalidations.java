// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts what has been unmapped, for those who remember translations: one that was looked up at some count of its
 * address's place is good as long as that count stays. Places are few and shared, between domains too, so that a
 * removal may cost others a look-up, and never leaves a translation that is void.
 *
 * <p>The {@link SingleWriter} moves the counts on when it has changed a table and before it waits for quiescence. A
 * reader takes the count inside its slot, before it looks into the table. So either it sees that the count has moved,
 * or its access ends before the removal is answered.
 */
final class Invalidations {
    /** A power of two. */
    static final int PLACES = 1 << 10;

    /** Removals in one region of 64 KiB, which no buffer of a driver exceeds by much, share a place. */
    private static final int REGION_BITS = 16;

    /** Keeps domains apart that have the same addresses. */
    private static final int SPREAD = 0x9e3779b1;

    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] counts = new long[PLACES];

    /** Where removals of an address are counted. */
    static int place(int domain, long address) {
        return place(domain, address, 0);
    }

    /** Removals so far. */
    long count(int place) {
        return (long) COUNT.getAcquire(counts, place);
    }

    /** Says that mappings have been removed from a range. */
    void invalidate(int domain, long start, long end) {
        long more = Long.compareUnsigned((end >>> REGION_BITS) - (start >>> REGION_BITS), PLACES) < 0
                ? (end >>> REGION_BITS) - (start >>> REGION_BITS)
                : PLACES - 1;
        for (int region = 0; region <= more; region++) {
            moveOn(place(domain, start, region));
        }
    }

    /** Says that any mapping may have been removed. */
    void invalidateAll() {
        for (int place = 0; place < PLACES; place++) {
            moveOn(place);
        }
    }

    private void moveOn(int place) {
        COUNT.setRelease(counts, place, counts[place] + 1);
    }

    private static int place(int domain, long address, int regions) {
        return (int) (address >>> REGION_BITS) + domain * SPREAD + regions & PLACES - 1;
    }
}
