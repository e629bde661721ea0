// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts what has been unmapped, for those who remember translations: one that was looked up at some count of its
 * address's place is good as long as that count stays. Places are few and shared, between domains too, so that a
 * removal may cost others a look-up, and never leaves a translation that is void. A removal from a huge range is counted
 * once for all places, so that it takes no longer than others.
 *
 * <p>The {@link SingleWriter} moves the counts on when it has changed a table and before it waits for quiescence. A
 * reader takes the count inside its slot, before it looks into the table. So either it sees that the count has moved,
 * or its access ends before the removal is answered. The count of a place is the sum of its own and of the one for all
 * places. Neither ever goes back, so that the sum that a reader takes is the same only if both are, in whichever order
 * it reads them.
 */
final class Invalidations {
    /** A power of two. */
    static final int PLACES = 1 << 10;

    /** Removals in one region of 64 KiB, which no buffer of a driver exceeds by much, share a place. */
    private static final int REGION_BITS = 16;

    /** A range of more regions is counted for all places: to move more counts on would take longer than the removal. */
    private static final int MOST_REGIONS = 64;

    /** Keeps domains apart that have the same addresses. */
    private static final int SPREAD = 0x9e3779b1;

    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

    private static final VarHandle EVERYWHERE;

    static {
        try {
            EVERYWHERE = MethodHandles.lookup()
                    .findVarHandle(Invalidations.class, "everywhere", long.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] counts = new long[PLACES];

    /** Removals that count at all places. */
    private long everywhere;

    /** Where removals of an address are counted. */
    static int place(int domain, long address) {
        return place(domain, address, 0);
    }

    /** Removals so far. */
    long count(int place) {
        return (long) COUNT.getAcquire(counts, place) + (long) EVERYWHERE.getAcquire(this);
    }

    /** Says that mappings have been removed from a range. */
    void invalidate(int domain, long start, long end) {
        long regions = (end >>> REGION_BITS) - (start >>> REGION_BITS) + 1;
        if (regions > MOST_REGIONS) {
            invalidateAll();
            return;
        }
        for (int region = 0; region < regions; region++) {
            int place = place(domain, start, region);
            COUNT.setRelease(counts, place, counts[place] + 1);
        }
    }

    /** Says that any mapping may have been removed. */
    void invalidateAll() {
        EVERYWHERE.setRelease(this, everywhere + 1);
    }

    private static int place(int domain, long address, int regions) {
        return (int) (address >>> REGION_BITS) + domain * SPREAD + regions & PLACES - 1;
    }
}
