// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import java.util.SplittableRandom;
import org.viommu.mapping.MappingTable;

/**
 * A thread that looks up addresses while the writer goes on, and judges each answer by what the writer had noted before the look-up and has noted after it, and
 * by this reader's earlier answers.
 */
final class ZoneReader {
    private final MappingTable table;
    private final Zones zones;
    private final SplittableRandom random;
    private final long[] seen;
    private final long[] missed;
    private final long[] gone;

    ZoneReader(MappingTable table, Zones zones, long seed) {
        this.table = table;
        this.zones = zones;
        this.random = new SplittableRandom(seed);
        this.seen = new long[zones.count()];
        this.missed = new long[zones.count()];
        this.gone = new long[zones.count()];
    }

    /** Looks up a random address and, if it finds a mapping, at once the mapping's ends: where one address has been seen, the others must be. */
    void look() {
        int zone = zones.random(random);
        Range found = look(zone, zones.first(zone) + random.nextLong(zones.last(zone) - zones.first(zone) + 1));
        if (found != null) {
            look(zone, found.end());
            look(zone, found.start());
        }
    }

    private Range look(int zone, long address) {
        long there = Math.max(zones.mapDone(zone), seen[zone]);
        gone[zone] = zones.unmapDone(zone);
        Range found = TableRules.lookup(table, address);
        if (found == null) {
            judgeMiss(zone, address, there);
        } else {
            judgeHit(zone, address, found);
        }
        return found;
    }

    /** Visits what lies above the beginning of a random zone. */
    void iterate() {
        int from = random.nextInt(zones.count());
        for (int zone = from; zone < zones.count(); zone++) {
            gone[zone] = zones.unmapDone(zone);
        }
        Range[] last = {null};
        table.forEach(zones.first(from), (start, end, physical, flags) -> {
            Range found = new Range(start, end, physical, flags);
            int zone = zones.zoneOf(start);
            judge(zone, found);
            require(last[0] == null || start > last[0].end(), "not ascending", zone, found);
            require(zone <= nextStable(from, last[0]), "comes after one that was left out", zone, found);
            last[0] = found;
            return true;
        });
        int missing = nextStable(from, last[0]);
        require(missing >= zones.count(), "left out", missing, null);
    }

    /** The stable zone that an iteration must not skip. */
    private int nextStable(int from, Range last) {
        return zones.nextStable(last == null ? from : zones.zoneOf(last.start()) + 1);
    }

    private void judge(int zone, Range found) {
        long number = Zones.number(found);
        require(found.equals(zones.mapping(zone, number)), "torn or foreign", zone, found);
        require(number > gone[zone], "stale: was unmapped before", zone, found);
        require(number <= zones.mapBegun(zone), "ahead of its time", zone, found);
    }

    private void judgeHit(int zone, long address, Range found) {
        judge(zone, found);
        long number = Zones.number(found);
        require(found.holds(address), "does not hold the address", zone, found);
        require(number > missed[zone], "back after it was missed", zone, found);
        require(number >= seen[zone], "older than what was seen", zone, found);
        seen[zone] = number;
    }

    /** Nothing was found although a mapping with this number, or a later one, had been there. */
    private void judgeMiss(int zone, long address, long there) {
        if (there == 0) {
            return;
        }
        Range mapping = zones.mapping(zone, there);
        if (mapping.holds(address)) {
            require(zones.unmapBegun(zone) >= there, "not found", zone, mapping);
            missed[zone] = there;
        }
    }

    private static void require(boolean condition, String otherwise, int zone, Range range) {
        if (!condition) {
            throw new AssertionError("zone " + zone + ", mapping " + range + ": " + otherwise);
        }
    }
}
