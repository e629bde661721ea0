// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingRun;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/**
 * A table that is being filled from two sides, by a copy of the present mappings and by the journal of what changed
 * meanwhile where the copy has been. Whatever is put in replaces what it overlaps, because only the journal's order
 * counts: what the copy has brought too early or too late, the journal brings again.
 *
 * <p>When the copy is complete the table is read back, a piece at a time while the journal goes on, and compared with
 * what was put in.
 */
final class ReplicaTable {
    private final DomainTable table;
    private final Translation found = new Translation();
    private final Overlaps overlaps = new Overlaps();
    private final ReadBack readBack = new ReadBack();
    private final Sum put = new Sum();

    /** Whether the copy has yet to come to mappings that begin at {@link #reached} or above. */
    private boolean copying;

    private long reached;

    ReplicaTable(DomainTable table) {
        this.table = table;
    }

    /** A copy will come, from the lowest address on. */
    void expectCopy() {
        copying = true;
        reached = 0;
    }

    /** The copy has come to all mappings that begin below an address. */
    void reached(long next) {
        reached = next;
    }

    /** The copy has come to the end. */
    void copied() {
        copying = false;
    }

    /**
     * Whether the copy has yet to come to an address, and so will bring whatever has changed there until then: nothing
     * need be done again.
     */
    boolean ahead(long start) {
        return copying && !Unsigned.below(start, reached);
    }

    DomainTable table() {
        return table;
    }

    /** Adds the mappings of a run and removes what they overlap. */
    void putAll(MappingRun run) {
        for (int next = 0; next < run.count(); next++) {
            int added = table.mapAll(run, next);
            if (added < next || added > run.count()) {
                throw new HandoverFailure(
                        "the new store adds mappings up to %d of %d to %d".formatted(added, next, run.count()));
            }
            for (; next < added; next++) {
                account(1, run.start(next), run.end(next), run.physical(next), run.flags(next));
            }
            if (next < run.count()) {
                put(run.start(next), run.end(next), run.physical(next), run.flags(next));
            }
        }
    }

    /** Adds a mapping and removes what it overlaps. */
    void put(long start, long end, long physical, int flags) {
        MapResult result = table.map(start, end, physical, flags);
        if (result == MapResult.OVERLAP) {
            clear(start, end);
            result = table.map(start, end, physical, flags);
        }
        switch (result) {
            case NO_MEMORY -> throw new HandoverFailure("the new store is out of memory");
            case OVERLAP -> throw new HandoverFailure("the new store finds overlaps where there are none");
            case OK -> account(1, start, end, physical, flags);
        }
    }

    /** Removes every mapping that shares an address with the range. */
    void clear(long start, long end) {
        if (table.lookup(start, found) && found.start() == start && found.end() == end) {
            account(-1, start, end, found.physical(), found.flags());
            remove(start, end);
        } else {
            clearOverlaps(start, end);
        }
    }

    private void clearOverlaps(long start, long end) {
        overlaps.first = start;
        overlaps.last = end;
        overlaps.end = end;
        overlaps.found = false;
        table.forEach(start, overlaps);
        if (overlaps.found) {
            remove(overlaps.first, overlaps.last);
        }
    }

    private void remove(long start, long end) {
        if (table.unmap(start, end) != UnmapResult.OK) {
            throw new HandoverFailure("the new store does not remove what it shows");
        }
    }

    /**
     * Reads the next piece of the table back.
     *
     * @param limit how many mappings
     * @return whether the whole table has been read
     */
    boolean verify(int limit) {
        readBack.left = limit;
        table.forEach(readBack.next, readBack);
        if (readBack.left == 0) {
            return false;
        }
        if (!readBack.sum.equals(put)) {
            throw new HandoverFailure("the new store gives back " + readBack.sum + " instead of " + put);
        }
        return true;
    }

    private void account(int change, long start, long end, long physical, int flags) {
        put.add(change, start, end, physical, flags);
        if (readBack.passed(start)) {
            readBack.sum.add(change, start, end, physical, flags);
        }
    }

    /** Takes the mappings that share an address with a range out of the account. */
    private final class Overlaps implements MappingTable.Visitor {
        private long end;
        private long first;
        private long last;
        private boolean found;

        @Override
        public boolean visit(long start, long mappingEnd, long physical, int flags) {
            if (Unsigned.below(end, start)) {
                return false;
            }
            first = Unsigned.min(first, start);
            last = Unsigned.max(last, mappingEnd);
            found = true;
            account(-1, start, mappingEnd, physical, flags);
            return true;
        }
    }

    /** Sums up what the table shows. */
    private static final class ReadBack implements MappingTable.Visitor {
        private final Sum sum = new Sum();
        private int left;

        /** Where to go on: mappings that begin below have been read, all of them if {@link #atEnd}. */
        private long next;

        private boolean atEnd;

        boolean passed(long start) {
            return atEnd || Unsigned.below(start, next);
        }

        @Override
        public boolean visit(long start, long end, long physical, int flags) {
            if (left == 0) {
                return false;
            }
            // The journal may have put in a mapping that begins below and reaches beyond what has been read.
            if (!passed(start)) {
                sum.add(1, start, end, physical, flags);
                left--;
                next = end + 1;
                atEnd = next == 0;
            }
            return true;
        }
    }

    /** Number and digest of a set of mappings, in whatever order they come and go. */
    private static final class Sum {
        private long count;
        private long digest;

        void add(int sign, long start, long end, long physical, int flags) {
            long hash = mix(start) + 3 * mix(~end) + 5 * mix(physical + flags);
            count += sign;
            digest += sign * mix(hash ^ flags);
        }

        boolean equals(Sum other) {
            return count == other.count && digest == other.digest;
        }

        @Override
        public String toString() {
            return "%d mappings with digest %016x".formatted(count, digest);
        }

        private static long mix(long value) {
            long hash = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
            hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
            return hash ^ hash >>> 31;
        }
    }
}
