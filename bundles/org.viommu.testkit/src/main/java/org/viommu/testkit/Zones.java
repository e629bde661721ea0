// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.random.RandomGenerator;

/**
 * Zones of the address space, each with at most one mapping at a time. The mappings of a zone are numbered 1, 2, 3, …, and zone and number tell everything else
 * about a mapping, so that whoever finds one knows whether there ever was such a mapping. The writer notes before and after each change how far it has come.
 *
 * <p>Every so many zones there is a stable one: it is mapped once and stays so.
 */
final class Zones {
    private static final int PAGE_BITS = 12;
    private static final int NUMBER_BITS = 32;

    private final Layout layout;
    private final int stableEvery;
    private final AtomicLongArray mapBegun;
    private final AtomicLongArray mapDone;
    private final AtomicLongArray unmapBegun;
    private final AtomicLongArray unmapDone;

    /** Where zones lie and how finely their mappings begin and end. */
    enum Layout {
        /** 64 pages each, side by side. */
        PAGES(0xfef0_0000L, 64, 0x1000),
        /** 4 large pages each, across the boundaries of large pages. */
        LARGE_PAGES(0x3f_fff0_0000L, 2_048, 0x1000),
        /** 64 GiB each. */
        HUGE(0x10_0010_0000L, 1 << 24, 0x1000),
        /** 48 bytes each, side by side. */
        BYTES(0x1f_f000, 48, 1);

        /** Where the first zone begins. */
        final long base;

        final long units;
        final long unit;

        Layout(long base, long units, long unit) {
            this.base = base;
            this.units = units;
            this.unit = unit;
        }
    }

    Zones(Layout layout, int count, int stableEvery) {
        this.layout = layout;
        this.stableEvery = stableEvery;
        mapBegun = new AtomicLongArray(count);
        mapDone = new AtomicLongArray(count);
        unmapBegun = new AtomicLongArray(count);
        unmapDone = new AtomicLongArray(count);
    }

    int count() {
        return mapDone.length();
    }

    /** A random zone; the first few so often that threads meet there. */
    int random(RandomGenerator random) {
        return random.nextInt(random.nextBoolean() ? 8 : count());
    }

    /** The first stable zone from here on. */
    int nextStable(int zone) {
        return (zone + stableEvery - 1) / stableEvery * stableEvery;
    }

    long first(int zone) {
        return layout.base + zone * layout.units * layout.unit;
    }

    long last(int zone) {
        return first(zone + 1) - 1;
    }

    /** The zone that holds an address. */
    int zoneOf(long address) {
        return (int) ((address - layout.base) / (layout.units * layout.unit));
    }

    /** The mapping of a zone with a number. */
    Range mapping(int zone, long number) {
        long bits = mix(zone, number);
        long from = Long.remainderUnsigned(bits, layout.units);
        long to = from + Long.remainderUnsigned(bits >>> 20, layout.units - from);
        return new Range(
                first(zone) + from * layout.unit,
                first(zone) + (to + 1) * layout.unit - 1,
                ((long) zone << NUMBER_BITS | number) << PAGE_BITS,
                (int) (bits >>> 50) & 0xff);
    }

    private static long mix(int zone, long number) {
        long bits = (number * 0x1_0001 + zone) * 0x9e37_79b9_7f4a_7c15L;
        bits = (bits ^ bits >>> 32) * 0xd6e8_feb8_6659_fd93L;
        return bits ^ bits >>> 29;
    }

    /** The number of a mapping that was found. */
    static long number(Range found) {
        return found.physical() >>> PAGE_BITS & (1L << NUMBER_BITS) - 1;
    }

    boolean mapped(int zone) {
        return mapDone.get(zone) > unmapDone.get(zone);
    }

    /** Notes that the zone's next mapping is about to be added, and gives it. */
    Range beginMap(int zone) {
        long number = mapDone.get(zone) + 1;
        mapBegun.set(zone, number);
        return mapping(zone, number);
    }

    void endMap(int zone) {
        mapDone.set(zone, mapBegun.get(zone));
    }

    /** Notes that the zone's mapping is about to be removed. */
    void beginUnmap(int zone) {
        unmapBegun.set(zone, mapDone.get(zone));
    }

    void endUnmap(int zone) {
        unmapDone.set(zone, unmapBegun.get(zone));
    }

    /** The number of the zone's last mapping that may be there. */
    long mapBegun(int zone) {
        return mapBegun.get(zone);
    }

    /** The number of the zone's last mapping that is there unless its removal has begun. */
    long mapDone(int zone) {
        return mapDone.get(zone);
    }

    /** The number of the zone's last mapping that may be gone. */
    long unmapBegun(int zone) {
        return unmapBegun.get(zone);
    }

    /** The number of the zone's last mapping that is gone. */
    long unmapDone(int zone) {
        return unmapDone.get(zone);
    }
}
