// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import java.util.ArrayList;
import java.util.List;
import org.viommu.conformance.ReservedRange;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;

/**
 * Addresses for checks to use: pages of I/O virtual addresses that the device can translate and has not reserved, and
 * as many of the arena.
 *
 * @param granule smallest unit of a mapping, in bytes
 * @param unit size of a page, a multiple of the granule
 * @param base first I/O virtual address, unsigned
 * @param memory first guest-physical address
 * @param inputStart first I/O virtual address that can be translated, unsigned
 * @param inputEnd last I/O virtual address that can be translated (inclusive), unsigned
 */
public record AddressPlan(long granule, long unit, long base, long memory, long inputStart, long inputEnd) {
    /** Pages that may be used, from 0 on. */
    static final int PAGES = 64;

    private static final long SMALLEST_UNIT = 0x1000;

    /** Low enough for endpoints that can only reach 32 bits. */
    private static final long FIRST = 0x1000_0000L;

    private static final long LAST = 0xf000_0000L;

    static AddressPlan of(Guest guest) throws Unmet {
        long mask = guest.config(IommuConfigLayout.PAGE_SIZE_MASK, Long.BYTES);
        long granule = Math.max(1, Long.lowestOneBit(mask));
        long unit = Math.max(SMALLEST_UNIT, granule);
        boolean limited = guest.has(IommuFeatures.INPUT_RANGE);
        long inputStart = limited ? guest.config(IommuConfigLayout.INPUT_RANGE_START, Long.BYTES) : 0;
        long inputEnd = limited ? guest.config(IommuConfigLayout.INPUT_RANGE_END, Long.BYTES) : -1;
        List<ReservedRange> reserved = new ArrayList<>();
        for (int endpoint : guest.port().endpoints()) {
            reserved.addAll(guest.reserved(endpoint));
        }
        long size = PAGES * unit;
        for (long base = FIRST; base < LAST; base += size) {
            long first = base;
            boolean inside = Long.compareUnsigned(inputStart, first) <= 0
                    && Long.compareUnsigned(first + size - 1, inputEnd) <= 0;
            if (inside && reserved.stream().noneMatch(region -> region.overlaps(first, first + size - 1))) {
                return new AddressPlan(granule, unit, base, guest.port().arena().start(), inputStart, inputEnd);
            }
        }
        throw new Unmet("below 4 GiB there is no range of 0x%x bytes that is not reserved".formatted(size));
    }

    /** First I/O virtual address of a page. */
    long page(int index) {
        return base + index * unit;
    }

    /** Last I/O virtual address of a page. */
    long pageEnd(int index) {
        return page(index) + unit - 1;
    }

    /** First guest-physical address of a page of the arena. */
    long physical(int index) {
        return memory + index * unit;
    }
}
