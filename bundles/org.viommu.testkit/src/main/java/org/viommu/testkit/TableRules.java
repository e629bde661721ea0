// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/** A fresh table for each test, and short words for what tests do with it. */
abstract class TableRules {
    static final String DEVICE = "contract";
    static final long TOP = -1L;

    private final Supplier<MappingStore> stores;
    private MappingStore store;
    private MappingTable table;

    TableRules(Supplier<MappingStore> stores) {
        this.stores = stores;
    }

    @BeforeEach
    void open() {
        store = stores.get();
        table = store.open(DEVICE, 0);
    }

    @AfterEach
    void close() {
        table.close();
    }

    final MappingStore store() {
        return store;
    }

    final MappingTable table() {
        return table;
    }

    /** Maps a range, which must succeed, to a place that its start tells. */
    final Range map(long start, long end) {
        return map(start, end, place(start, end), 3);
    }

    final Range map(long start, long end, long physical, int flags) {
        Range range = new Range(start, end, physical, flags);
        assertThat(table.map(start, end, physical, flags)).as("map %s", range).isEqualTo(MapResult.OK);
        return range;
    }

    /** A physical address for a mapping: as aligned as the start, and the end does not wrap. */
    static long place(long start, long end) {
        long length = end - start;
        long physical = start ^ 0x5a_0000_0000L;
        return Long.compareUnsigned(physical, TOP - length) <= 0 ? physical : 0;
    }

    final void unmap(long start, long end) {
        assertThat(table.unmap(start, end)).as("unmap [%x..%x]", start, end).isEqualTo(UnmapResult.OK);
    }

    final void refuseUnmap(long start, long end) {
        List<Range> before = contents(table);
        assertThat(table.unmap(start, end)).as("unmap [%x..%x]", start, end).isEqualTo(UnmapResult.SPLIT);
        assertThat(contents(table)).as("after the refused unmap").isEqualTo(before);
        assertThat(table.size()).isEqualTo(before.size());
    }

    final void refuseMap(long start, long end) {
        List<Range> before = contents(table);
        assertThat(table.map(start, end, place(start, end), 1))
                .as("map [%x..%x]", start, end)
                .isEqualTo(MapResult.OVERLAP);
        assertThat(contents(table)).as("after the refused map").isEqualTo(before);
        assertThat(table.size()).isEqualTo(before.size());
    }

    /** Whatever way one asks, exactly these mappings are there. In ascending order. */
    final void assertContents(Range... expected) {
        assertThat(contents(table)).containsExactly(expected);
        assertThat(table.size()).isEqualTo(expected.length);
        for (Range range : expected) {
            assertThat(lookup(table, range.start())).as("at the start").isEqualTo(range);
            assertThat(lookup(table, range.end())).as("at the end").isEqualTo(range);
            assertThat(lookup(table, middle(range))).as("in the middle").isEqualTo(range);
        }
    }

    private static long middle(Range range) {
        return range.start() + ((range.end() - range.start()) >>> 1);
    }

    /** The mapping that holds an address, or null. */
    static Range lookup(MappingTable table, long address) {
        Translation found = new Translation();
        return table.lookup(address, found)
                ? new Range(found.start(), found.end(), found.physical(), found.flags())
                : null;
    }

    final Range lookup(long address) {
        return lookup(table, address);
    }

    static List<Range> contents(MappingTable table) {
        return contents(table, 0);
    }

    static List<Range> contents(MappingTable table, long from) {
        List<Range> contents = new ArrayList<>();
        table.forEach(from, (start, end, physical, flags) -> contents.add(new Range(start, end, physical, flags)));
        return contents;
    }
}
