// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.Translation;

/** What {@code map} and {@code lookup} promise. */
abstract class MapRules extends TableRules {
    MapRules(Supplier<MappingStore> stores) {
        super(stores);
    }

    @Test
    void a_new_table_is_empty() {
        assertContents();
        assertThat(lookup(0)).isNull();
        assertThat(lookup(0x1000)).isNull();
        assertThat(lookup(TOP)).isNull();
    }

    @Test
    void a_mapping_is_found_by_each_of_its_addresses_and_by_no_other() {
        Range range = map(0x10_0000, 0x10_4fff);

        for (long address = range.start(); address <= range.end(); address += 0x7ff) {
            assertThat(lookup(address)).isEqualTo(range);
        }
        assertContents(range);
        assertThat(lookup(range.start() - 1)).isNull();
        assertThat(lookup(range.end() + 1)).isNull();
    }

    @Test
    void a_lookup_in_vain_leaves_the_translation_as_it_was() {
        map(0x1000, 0x1fff);
        Translation translation = new Translation();
        translation.set(1, 2, 3, 4);

        assertThat(table().lookup(0x2000, translation)).isFalse();
        assertThat(translation.start()).isEqualTo(1);
        assertThat(translation.end()).isEqualTo(2);
        assertThat(translation.physical()).isEqualTo(3);
        assertThat(translation.flags()).isEqualTo(4);
    }

    @Test
    void flags_are_given_back_whatever_they_are() {
        int[] flags = {0, 1, 2, 3, 4, 7, 0x7f, 0x80, 0xff, 0x100, Integer.MAX_VALUE, Integer.MIN_VALUE, -1};
        for (int i = 0; i < flags.length; i++) {
            Range range = map(i * 0x1000L, i * 0x1000L + 0xfff, 0x4000, flags[i]);
            assertThat(lookup(i * 0x1000L + 5)).isEqualTo(range);
        }
        assertThat(table().size()).isEqualTo(flags.length);
    }

    @Test
    void physical_addresses_are_given_back_whatever_they_are() {
        long[] physicals = {0, 1, 0xfff, 0x1000, 1L << 40, 1L << 52, 1L << 58, 1L << 63, -0x1000, -0x1001};
        for (int i = 0; i < physicals.length; i++) {
            Range range = map(i * 0x1000L, i * 0x1000L + 0xfff, physicals[i], 1);
            assertThat(lookup(i * 0x1000L + 5)).isEqualTo(range);
        }
        Range last = map(0x10_0000, 0x10_0000, TOP, 1);
        assertThat(lookup(0x10_0000)).isEqualTo(last);
    }

    @Test
    void mappings_may_share_a_physical_address() {
        Range first = map(0x1000, 0x1fff, 0x8000, 1);
        Range second = map(0x5000, 0x5fff, 0x8000, 2);

        assertContents(first, second);
    }

    @Test
    void an_overlapping_mapping_is_refused_and_nothing_changes() {
        Range range = map(0x4000, 0x7fff);

        refuseMap(0x4000, 0x7fff);
        refuseMap(0x5000, 0x5fff);
        refuseMap(0x3000, 0x8fff);
        refuseMap(0x3000, 0x4fff);
        refuseMap(0x7000, 0x8fff);
        refuseMap(0x4000, 0x4000);
        refuseMap(0x7fff, 0x7fff);
        refuseMap(0x3fff, 0x4000);
        refuseMap(0x7fff, 0x8000);
        refuseMap(0, TOP);
        assertContents(range);
    }

    @Test
    void a_mapping_that_overlaps_one_of_many_is_refused() {
        for (long page = 0; page < 2_048; page++) {
            if (page != 1_000) {
                map(page << 12, (page << 12) + 0xfff);
            }
        }

        refuseMap(1_000 << 12, (1_001 << 12) + 0xfff);
        refuseMap(999 << 12, (1_000 << 12) + 0xfff);
        refuseMap((1_000 << 12) - 1, (1_000 << 12) + 0xfff);
        refuseMap(1_000 << 12, 1_001 << 12);
        refuseMap(2_047 << 12, 1L << 40);
        map(1_000 << 12, (1_001 << 12) - 1);
        assertThat(table().size()).isEqualTo(2_048);
    }

    @Test
    void neighbours_are_never_merged() {
        Range first = map(0x1000, 0x1fff, 0x9000, 1);
        Range second = map(0x2000, 0x2fff, 0xa000, 1);
        Range third = map(0x3000, 0x4fff, 0xb000, 1);

        assertContents(first, second, third);
        unmap(0x2000, 0x2fff);
        assertContents(first, third);
    }

    @Test
    void neighbours_of_single_bytes_are_told_apart() {
        Range first = map(0, 4, 0x77, 1);
        Range second = map(5, 9, 0x7c, 2);
        Range third = map(10, 10, 0x3, 3);
        Range fourth = map(0xffe, 0x1001, 0x5, 1);
        Range fifth = map(0x1002, 0x1002, 0x5, 1);

        assertContents(first, second, third, fourth, fifth);
        assertThat(lookup(11)).isNull();
        assertThat(lookup(0xffd)).isNull();
        assertThat(lookup(0x1003)).isNull();
        refuseMap(9, 9);
        refuseMap(0x1001, 0x1001);
    }

    @Test
    void a_gap_of_any_size_can_be_filled() {
        for (int bit = 0; bit < 60; bit++) {
            long size = 1L << bit;
            Range below = map(0, size - 1);
            Range above = map(2 * size, 3 * size - 1);
            refuseMap(size, 2 * size);
            refuseMap(size - 1, 2 * size - 1);
            Range between = map(size, 2 * size - 1);
            assertContents(below, between, above);
            unmap(0, TOP);
        }
    }

    @Test
    void a_range_can_be_mapped_again_after_it_was_unmapped() {
        map(0x1000, 0x4fff);
        unmap(0x1000, 0x4fff);

        Range second = map(0x2000, 0x5fff, 0x1_0000, 1);
        assertContents(second);
        assertThat(lookup(0x1000)).isNull();
    }

    @Test
    void size_counts_mappings() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(table().size()).isEqualTo(i);
            map(i * 0x3000L, i * 0x3000L + (i % 3) * 0x1000L + 0xfff);
        }
        unmap(0, 0x3000L * 500 - 1);
        assertThat(table().size()).isEqualTo(500);
    }
}
