// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingRun;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.UnmapResult;

/** The one thread that changes a table of zones. */
final class ZoneWriter {
    private final MappingTable table;
    private final Zones zones;
    private final MappingRun run;
    private final SplittableRandom random = new SplittableRandom(42);

    ZoneWriter(MappingTable table, Zones zones) {
        this.table = table;
        this.zones = zones;
        this.run = new MappingRun(zones.count());
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
            int kind = random.nextInt(300);
            if (kind == 0) {
                unmapFrom(zone);
            } else if (kind == 1) {
                mapFrom(zone);
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

    /** Maps in one go what is not mapped from here to the next stable zone. */
    private void mapFrom(int first) {
        run.clear();
        int next = Math.min(zones.nextStable(first), zones.count());
        int[] added =
                IntStream.range(first, next).filter(it -> !zones.mapped(it)).toArray();
        for (int zone : added) {
            Range range = zones.beginMap(zone);
            run.visit(range.start(), range.end(), range.physical(), range.flags());
        }
        if (table.mapAll(run, 0) != added.length) {
            throw new AssertionError("refused: map zones " + first + " to " + next);
        }
        for (int zone : added) {
            zones.endMap(zone);
        }
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
