// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/** The contract in its plainest form, to compare other tables with: a sorted map from the start of each mapping. */
final class OracleTable implements MappingTable {
    private final ConcurrentNavigableMap<Long, Range> ranges = new ConcurrentSkipListMap<>(Long::compareUnsigned);

    @Override
    public MapResult map(long start, long end, long physical, int flags) {
        Range last = startingUpTo(end);
        if (last != null && Long.compareUnsigned(last.end(), start) >= 0) {
            return MapResult.OVERLAP;
        }
        ranges.put(start, new Range(start, end, physical, flags));
        return MapResult.OK;
    }

    @Override
    public UnmapResult unmap(long start, long end) {
        Range first = holding(start);
        Range last = holding(end);
        if (first != null && first.start() != start || last != null && last.end() != end) {
            return UnmapResult.SPLIT;
        }
        ranges.subMap(start, true, end, true).clear();
        return UnmapResult.OK;
    }

    @Override
    public boolean lookup(long address, Translation translation) {
        Range range = holding(address);
        if (range != null) {
            translation.set(range.start(), range.end(), range.physical(), range.flags());
        }
        return range != null;
    }

    @Override
    public void forEach(long from, Visitor visitor) {
        Range holding = holding(from);
        long first = holding == null ? from : holding.start();
        for (Range range : ranges.tailMap(first, true).values()) {
            if (!visitor.visit(range.start(), range.end(), range.physical(), range.flags())) {
                return;
            }
        }
    }

    @Override
    public long size() {
        return ranges.size();
    }

    @Override
    public void close() {
        ranges.clear();
    }

    /** The mapping that holds an address, or null. */
    Range holding(long address) {
        Range range = startingUpTo(address);
        return range != null && range.holds(address) ? range : null;
    }

    /** The first mapping that starts at an address or above, or the first of all if there is none; null if the table is empty. */
    Range near(long address) {
        Map.Entry<Long, Range> entry = ranges.ceilingEntry(address);
        if (entry == null) {
            entry = ranges.firstEntry();
        }
        return entry == null ? null : entry.getValue();
    }

    private Range startingUpTo(long address) {
        Map.Entry<Long, Range> entry = ranges.floorEntry(address);
        return entry == null ? null : entry.getValue();
    }
}
