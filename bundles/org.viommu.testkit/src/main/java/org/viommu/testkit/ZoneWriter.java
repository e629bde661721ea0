// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import java.util.SplittableRandom;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.UnmapResult;

/** The one thread that changes a table of zones. */
final class ZoneWriter {
    private final MappingTable table;
    private final Zones zones;
    private final SplittableRandom random = new SplittableRandom(42);

    ZoneWriter(MappingTable table, Zones zones) {
        this.table = table;
        this.zones = zones;
    }

    void mapStableZones() {
        for (int zone = zones.nextStable(0); zone < zones.count(); zone = zones.nextStable(zone + 1)) {
            map(zone);
        }
    }

    /** Maps and unmaps random zones, now and then many at once. */
    void run(int steps) {
        for (int step = 0; step < steps; step++) {
            int zone = zones.random(random);
            if (zone == zones.nextStable(zone)) {
                continue;
            }
            if (random.nextInt(300) == 0) {
                unmapFrom(zone);
            } else if (zones.mapped(zone)) {
                unmap(zone);
            } else {
                map(zone);
            }
        }
    }

    private void map(int zone) {
        Range range = zones.beginMap(zone);
        if (table.map(range.start(), range.end(), range.physical(), range.flags()) != MapResult.OK) {
            throw new AssertionError("refused: map " + range);
        }
        zones.endMap(zone);
    }

    private void unmap(int zone) {
        Range range = zones.mapping(zone, zones.mapDone(zone));
        zones.beginUnmap(zone);
        if (table.unmap(range.start(), range.end()) != UnmapResult.OK) {
            throw new AssertionError("refused: unmap " + range);
        }
        zones.endUnmap(zone);
    }

    /** Unmaps the zones from here to the next stable one. */
    private void unmapFrom(int first) {
        int next = Math.min(zones.nextStable(first), zones.count());
        for (int zone = first; zone < next; zone++) {
            zones.beginUnmap(zone);
        }
        if (table.unmap(zones.first(first), zones.last(next - 1)) != UnmapResult.OK) {
            throw new AssertionError("refused: unmap zones " + first + " to " + next);
        }
        for (int zone = first; zone < next; zone++) {
            zones.endUnmap(zone);
        }
    }
}
