// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** An immutable set of disjoint regions and the order in which their windows lie. */
final class RegionTable {
    private static final AtomicLong NUMBERS = new AtomicLong();

    static final RegionTable EMPTY = new RegionTable(List.of());

    private final long number = NUMBERS.incrementAndGet();
    private final List<MemoryRegion> regions;
    private final Window[] windows;

    /**
     * First addresses of the windows, with the sign bit turned over so that the platform's signed search sorts them as
     * unsigned.
     */
    private final long[] starts;

    private RegionTable(List<MemoryRegion> ascending) {
        regions = ascending;
        List<Window> found = new ArrayList<>();
        for (MemoryRegion region : ascending) {
            addWindows(region, found);
        }
        windows = found.toArray(Window[]::new);
        starts = found.stream().mapToLong(window -> signed(window.start())).toArray();
    }

    /**
     * Sorts the regions.
     *
     * @throws IllegalArgumentException if two regions overlap
     */
    static RegionTable of(List<MemoryRegion> regions) {
        List<MemoryRegion> ascending = regions.stream()
                .sorted(Comparator.comparing(MemoryRegion::start, Long::compareUnsigned))
                .toList();
        for (int i = 1; i < ascending.size(); i++) {
            MemoryRegion below = ascending.get(i - 1);
            MemoryRegion above = ascending.get(i);
            if (Long.compareUnsigned(above.start(), below.end()) <= 0) {
                throw new IllegalArgumentException("regions " + below + " and " + above + " overlap");
            }
        }
        return new RegionTable(ascending);
    }

    /** A positive number that no other table of any memory has. */
    long number() {
        return number;
    }

    /** The regions in ascending order. */
    List<MemoryRegion> regions() {
        return regions;
    }

    /** The window that covers the address, or {@link Window#NONE}. */
    Window find(long address) {
        int found = Arrays.binarySearch(starts, signed(address));
        int candidate = found >= 0 ? found : -found - 2;
        return candidate >= 0 && windows[candidate].covers(address) ? windows[candidate] : Window.NONE;
    }

    /** How many windows the table has; their indices run from 0. */
    int windowCount() {
        return windows.length;
    }

    private void addWindows(MemoryRegion region, List<Window> target) {
        if (!region.mappable()) {
            target.add(Window.notMappable(number, region.start(), region.end(), target.size()));
            return;
        }
        long start = region.start();
        for (ByteBuffer bytes : region.windows()) {
            target.add(Window.mapped(number, start, bytes, region.writable(), target.size()));
            start += bytes.capacity();
        }
    }

    private static long signed(long unsigned) {
        return unsigned ^ Long.MIN_VALUE;
    }
}
