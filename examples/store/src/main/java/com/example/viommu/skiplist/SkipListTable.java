// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package com.example.viommu.skiplist;

import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/** The mappings of one domain by their first address. Readers meet each mapping whole or not at all, since it is one immutable object. */
final class SkipListTable implements MappingTable {
    private record Mapping(long end, long physical, int flags) {}

    private final ConcurrentNavigableMap<Long, Mapping> mappings = new ConcurrentSkipListMap<>(Long::compareUnsigned);
    private final long limit;

    SkipListTable(long limit) {
        this.limit = limit;
    }

    @Override
    public MapResult map(long start, long end, long physical, int flags) {
        Map.Entry<Long, Mapping> last = mappings.floorEntry(end);
        if (last != null && Long.compareUnsigned(last.getValue().end(), start) >= 0) {
            return MapResult.OVERLAP;
        }
        if (mappings.size() >= limit) {
            return MapResult.NO_MEMORY;
        }
        mappings.put(start, new Mapping(end, physical, flags));
        return MapResult.OK;
    }

    @Override
    public UnmapResult unmap(long start, long end) {
        Map.Entry<Long, Mapping> before = mappings.lowerEntry(start);
        Map.Entry<Long, Mapping> last = mappings.floorEntry(end);
        boolean cutsFirst = before != null && Long.compareUnsigned(before.getValue().end(), start) >= 0;
        boolean cutsLast = last != null && Long.compareUnsigned(last.getValue().end(), end) > 0
                && Long.compareUnsigned(last.getKey(), start) >= 0;
        if (cutsFirst || cutsLast) {
            return UnmapResult.SPLIT;
        }
        mappings.subMap(start, true, end, true).clear();
        return UnmapResult.OK;
    }

    @Override
    public boolean lookup(long address, Translation translation) {
        Map.Entry<Long, Mapping> found = mappings.floorEntry(address);
        if (found == null || Long.compareUnsigned(found.getValue().end(), address) < 0) {
            return false;
        }
        Mapping mapping = found.getValue();
        translation.set(found.getKey(), mapping.end(), mapping.physical(), mapping.flags());
        return true;
    }

    @Override
    public void forEach(long from, Visitor visitor) {
        Map.Entry<Long, Mapping> before = mappings.floorEntry(from);
        boolean reachesIn = before != null && Long.compareUnsigned(before.getValue().end(), from) >= 0;
        for (Map.Entry<Long, Mapping> entry :
                mappings.tailMap(reachesIn ? before.getKey() : from, true).entrySet()) {
            Mapping mapping = entry.getValue();
            if (!visitor.visit(entry.getKey(), mapping.end(), mapping.physical(), mapping.flags())) {
                return;
            }
        }
    }

    @Override
    public long size() {
        return mappings.size();
    }

    @Override
    public void close() {
        mappings.clear();
    }
}
