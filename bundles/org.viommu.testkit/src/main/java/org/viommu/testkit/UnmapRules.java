// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.viommu.mapping.MappingStore;

/** What {@code unmap} promises. The numbered examples are those of virtio 1.4, 5.13.6.6 (UNMAP request), at several granules. */
abstract class UnmapRules extends TableRules {
    UnmapRules(Supplier<MappingStore> stores) {
        super(stores);
    }

    private Stream<DynamicTest> atEachGranule(LongConsumer rule) {
        return LongStream.of(1, 2, 0x1000, 0x1_0000, 0x20_0000, 0x4000_0000, 1L << 39, 1L << 59)
                .mapToObj(granule -> DynamicTest.dynamicTest("granule " + granule, () -> {
                    unmap(0, TOP);
                    rule.accept(granule);
                }));
    }

    private Range mapUnits(long granule, long first, long last) {
        return map(first * granule, (last + 1) * granule - 1);
    }

    private void unmapUnits(long granule, long first, long last) {
        unmap(first * granule, (last + 1) * granule - 1);
    }

    private void refuseUnits(long granule, long first, long last) {
        refuseUnmap(first * granule, (last + 1) * granule - 1);
    }

    @TestFactory
    Stream<DynamicTest> example_1_nothing_is_mapped() {
        return atEachGranule(granule -> {
            unmapUnits(granule, 0, 4);
            assertContents();
        });
    }

    @TestFactory
    Stream<DynamicTest> example_2_exactly_one_mapping() {
        return atEachGranule(granule -> {
            mapUnits(granule, 0, 9);
            unmapUnits(granule, 0, 9);
            assertContents();
            assertThat(lookup(0)).isNull();
        });
    }

    @TestFactory
    Stream<DynamicTest> example_3_two_neighbours() {
        return atEachGranule(granule -> {
            mapUnits(granule, 0, 4);
            mapUnits(granule, 5, 9);
            unmapUnits(granule, 0, 9);
            assertContents();
        });
    }

    @TestFactory
    Stream<DynamicTest> example_4_the_first_part_of_a_mapping_is_refused() {
        return atEachGranule(granule -> {
            Range range = mapUnits(granule, 0, 9);
            refuseUnits(granule, 0, 4);
            assertContents(range);
        });
    }

    @TestFactory
    Stream<DynamicTest> example_5_the_first_of_two_neighbours() {
        return atEachGranule(granule -> {
            mapUnits(granule, 0, 4);
            Range second = mapUnits(granule, 5, 9);
            unmapUnits(granule, 0, 4);
            assertContents(second);
        });
    }

    @TestFactory
    Stream<DynamicTest> example_6_a_range_larger_than_the_mapping() {
        return atEachGranule(granule -> {
            mapUnits(granule, 0, 4);
            unmapUnits(granule, 0, 9);
            assertContents();
        });
    }

    @TestFactory
    Stream<DynamicTest> example_7_a_hole_between_two_mappings() {
        return atEachGranule(granule -> {
            mapUnits(granule, 0, 4);
            mapUnits(granule, 10, 14);
            unmapUnits(granule, 0, 14);
            assertContents();
        });
    }

    @TestFactory
    Stream<DynamicTest> a_range_that_cuts_its_last_mapping_removes_nothing() {
        return atEachGranule(granule -> {
            Range first = mapUnits(granule, 0, 4);
            Range second = mapUnits(granule, 10, 19);
            refuseUnits(granule, 0, 14);
            assertContents(first, second);
        });
    }

    @TestFactory
    Stream<DynamicTest> a_range_that_cuts_its_first_mapping_removes_nothing() {
        return atEachGranule(granule -> {
            Range first = mapUnits(granule, 0, 9);
            Range second = mapUnits(granule, 10, 19);
            refuseUnits(granule, 5, 19);
            assertContents(first, second);
        });
    }

    @TestFactory
    Stream<DynamicTest> a_range_inside_a_mapping_is_refused() {
        return atEachGranule(granule -> {
            Range range = mapUnits(granule, 0, 9);
            refuseUnits(granule, 3, 5);
            refuseUnits(granule, 5, 20);
            refuseUnits(granule, 1, 9);
            assertContents(range);
        });
    }

    @Test
    void one_byte_short_at_either_end_is_refused() {
        Range range = map(0x1000, 0x2fff);
        refuseUnmap(0x1001, 0x2fff);
        refuseUnmap(0x1000, 0x2ffe);
        refuseUnmap(0x1001, TOP);
        refuseUnmap(0, 0x2ffe);
        refuseUnmap(0x2fff, 0x2fff);
        refuseUnmap(0x1000, 0x1000);
        assertContents(range);
    }

    @Test
    void mappings_around_the_range_stay() {
        Range below = map(0x1000, 0x1fff);
        map(0x2000, 0x2fff);
        map(0x5000, 0x7fff);
        Range above = map(0x8000, 0x8fff);

        unmap(0x2000, 0x7fff);
        assertContents(below, above);
        unmap(0x2000, 0x7fff);
        assertContents(below, above);
    }

    @Test
    void the_whole_address_space_is_a_range() {
        for (int bit = 0; bit < 64; bit++) {
            map(1L << bit, 1L << bit);
        }
        map(0, 0);
        map(TOP, TOP);

        unmap(0, TOP);
        assertContents();
    }

    @Test
    void many_mappings_go_at_once_and_only_they() {
        long base = 0x1_ffe0_3000L;
        for (int i = 0; i < 5_000; i++) {
            map(base + i * 0x2000L, base + i * 0x2000L + (i % 2 == 0 ? 0xfff : 0x1fff));
        }
        Range huge = map(1L << 40, (1L << 45) + 0x2fff);

        refuseUnmap(base + 0x2000 * 1_001L + 0x1000, TOP);
        unmap(base + 0x2000 * 1_000L, base + 0x2000 * 4_000L - 1);

        assertThat(table().size()).isEqualTo(2_001);
        assertThat(lookup(base + 0x2000 * 999L + 0x1fff)).isNotNull();
        assertThat(lookup(base + 0x2000 * 1_000L)).isNull();
        assertThat(lookup(base + 0x2000 * 3_999L)).isNull();
        assertThat(lookup(base + 0x2000 * 4_000L)).isNotNull();
        unmap(0, (1L << 40) - 1);
        assertContents(huge);
    }
}
