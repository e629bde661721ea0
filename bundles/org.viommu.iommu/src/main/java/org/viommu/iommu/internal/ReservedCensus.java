// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Arrays;

/**
 * What is reserved for the endpoints of a domain together. Most endpoints have the same regions, so that a check costs
 * little however many there are.
 *
 * <p>Confined to the writer.
 */
final class ReservedCensus {
    private ReservedRegions[] distinct = new ReservedRegions[1];
    private int[] members = new int[1];
    private int count;

    void join(ReservedRegions regions) {
        int index = indexOf(regions);
        if (index == count) {
            if (count == distinct.length) {
                distinct = Arrays.copyOf(distinct, 2 * count);
                members = Arrays.copyOf(members, 2 * count);
            }
            distinct[count] = regions;
            members[count] = 0;
            count++;
        }
        members[index]++;
    }

    /** Undoes a {@link #join}. */
    void leave(ReservedRegions regions) {
        int index = indexOf(regions);
        members[index]--;
        if (members[index] == 0) {
            count--;
            distinct[index] = distinct[count];
            members[index] = members[count];
            distinct[count] = null;
        }
    }

    /** Whether an address of the range is reserved for an endpoint. */
    boolean overlaps(long start, long end) {
        for (int i = 0; i < count; i++) {
            if (distinct[i].overlaps(start, end)) {
                return true;
            }
        }
        return false;
    }

    private int indexOf(ReservedRegions regions) {
        int index = 0;
        while (index < count && distinct[index] != regions) {
            index++;
        }
        return index;
    }
}
