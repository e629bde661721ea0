// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.mapping.Translation;
import org.viommu.virtio.iommu.MapFlags;

class TranslationCacheTest {
    private static final int DOMAIN = 3;
    private static final long PAGE = 0x1000;
    private static final long REGION = 0x10000;
    private static final long FAR = 1L << 40;

    private final Invalidations invalidations = new Invalidations();
    private final TranslationCache cache = new TranslationCache(invalidations);

    @Test
    void an_empty_cache_holds_no_address() {
        for (long address : new long[] {0, PAGE, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            assertThat(cache.holds(address)).isFalse();
            assertThat(cache.recall(address)).isFalse();
        }
    }

    @Test
    void the_mapping_used_last_serves_all_its_addresses_and_no_other() {
        remember(0x7000, 0x5000, 0x8fff, 0x20000);
        assertThat(cache.holds(0x5000)).isTrue();
        assertThat(cache.physical(0x5000)).isEqualTo(0x20000);
        assertThat(cache.holds(0x8fff)).isTrue();
        assertThat(cache.physical(0x8fff)).isEqualTo(0x23fff);
        assertThat(cache.last()).isEqualTo(0x8fff);
        assertThat(cache.holds(0x4fff)).isFalse();
        assertThat(cache.holds(0x9000)).isFalse();
    }

    @Test
    void a_mapping_used_twice_is_recalled_after_others() {
        twice(0x5000, 0x5000, 0x5fff, 0x20000);
        twice(0x6000, 0x6000, 0x6fff, 0x90000);
        assertThat(cache.holds(0x5000)).isFalse();
        assertThat(cache.recall(0x5800)).isTrue();
        assertThat(cache.physical(0x5800)).isEqualTo(0x20800);
        assertThat(cache.last()).isEqualTo(0x5fff);
        assertThat(cache.grants(MapFlags.WRITE)).isTrue();
    }

    @Test
    void single_uses_push_out_nothing() {
        twice(0x5000, 0x5000, 0x5fff, 0x20000);
        for (long page = PAGE; page <= FAR; page *= 2) {
            remember(0x5000 + page, 0x5000 + page, 0x5fff + page, 0);
        }
        assertThat(cache.recall(0x5000)).isTrue();
    }

    @Test
    void what_has_been_unmapped_is_neither_held_nor_recalled() {
        twice(0x5000, 0x5000, 0x5fff, 0x20000);
        invalidations.invalidate(DOMAIN, 0x5000, 0x5fff);
        assertThat(cache.holds(0x5000)).isFalse();
        assertThat(cache.recall(0x5000)).isFalse();
    }

    @Test
    void a_mapping_of_many_regions_is_void_whichever_address_it_was_found_for() {
        long end = 64L << 20;
        for (long address = 0; address < end; address += end / 8) {
            twice(address, 0, end - 1, 0x20000);
            twice(FAR, FAR, FAR + PAGE - 1, 0);
            invalidations.invalidate(DOMAIN, 0, end - 1);
            assertThat(cache.recall(address)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {63, 64, 65, 1_024, 1L << 40})
    void what_is_unmapped_with_many_regions_is_void_at_both_ends_and_between(long regions) {
        long end = FAR + regions * REGION - 1;
        for (long address : new long[] {FAR, FAR + regions / 2 * REGION, end}) {
            twice(address, address & -PAGE, address | PAGE - 1, 0x20000);
            invalidations.invalidate(DOMAIN, FAR, end);
            assertThat(cache.holds(address)).isFalse();
            assertThat(cache.recall(address)).isFalse();
        }
    }

    @Test
    void a_removal_from_64_regions_leaves_what_is_next_to_them() {
        twice(FAR - 1, FAR - PAGE, FAR - 1, 0x20000);
        twice(FAR + 64 * REGION, FAR + 64 * REGION, FAR + 64 * REGION + PAGE - 1, 0x30000);
        invalidations.invalidate(DOMAIN, FAR, FAR + 64 * REGION - 1);
        assertThat(cache.holds(FAR + 64 * REGION)).isTrue();
        assertThat(cache.recall(FAR - 1)).isTrue();
    }

    @Test
    void a_removal_from_65_regions_makes_all_void_wherever_it_lies() {
        twice(0x5000, 0x5000, 0x5fff, 0x20000);
        twice(FAR - 1, FAR - PAGE, FAR - 1, 0x20000);
        invalidations.invalidate(DOMAIN + 1, FAR, FAR + 65 * REGION - 1);
        assertThat(cache.holds(FAR - 1)).isFalse();
        assertThat(cache.recall(FAR - 1)).isFalse();
        assertThat(cache.recall(0x5000)).isFalse();
    }

    @Test
    void what_was_unmapped_with_a_huge_range_while_it_was_looked_up_is_not_held() {
        int place = Invalidations.place(DOMAIN, 0x5000);
        long before = invalidations.count(place);
        invalidations.invalidate(DOMAIN, 0, -1);
        cache.remember(0x5000, mapping(0x5000, 0x5fff, 0x20000), 0x5fff, place, before);
        assertThat(cache.holds(0x5000)).isFalse();
    }

    @Test
    void what_was_unmapped_while_it_was_looked_up_is_not_held() {
        int place = Invalidations.place(DOMAIN, 0x5000);
        long before = invalidations.count(place);
        invalidations.invalidate(DOMAIN, 0x5000, 0x5fff);
        cache.remember(0x5000, mapping(0x5000, 0x5fff, 0x20000), 0x5fff, place, before);
        assertThat(cache.holds(0x5000)).isFalse();
    }

    @Test
    void removals_elsewhere_leave_a_mapping() {
        twice(0x5000, 0x5000, 0x5fff, 0x20000);
        invalidations.invalidate(DOMAIN, FAR + (1 << 20), FAR + (1 << 21));
        assertThat(cache.holds(0x5000)).isTrue();
        twice(FAR, FAR, FAR + PAGE - 1, 0);
        assertThat(cache.recall(0x5000)).isTrue();
    }

    @Test
    void the_whole_space_is_one_mapping_from_the_first_address_to_the_last() {
        twice(-1, 0, -1, 0);
        assertThat(cache.holds(0)).isTrue();
        assertThat(cache.last()).isEqualTo(-1);
        invalidations.invalidate(DOMAIN, 0, -1);
        assertThat(cache.holds(-1)).isFalse();
    }

    @Test
    void a_mapping_ends_for_the_port_where_a_reserved_region_begins() {
        cache.remember(0x5000, mapping(0x5000, 0x8fff, 0x20000), 0x6fff, Invalidations.place(DOMAIN, 0x5000), 0);
        assertThat(cache.holds(0x6fff)).isTrue();
        assertThat(cache.last()).isEqualTo(0x6fff);
        assertThat(cache.holds(0x7000)).isFalse();
    }

    @Test
    void a_cache_that_forgets_holds_nothing() {
        twice(0x5000, 0x5000, 0x5fff, 0x20000);
        cache.forget();
        assertThat(cache.holds(0x5000)).isFalse();
        assertThat(cache.recall(0x5000)).isFalse();
    }

    private void twice(long address, long start, long end, long physical) {
        remember(address, start, end, physical);
        assertThat(cache.holds(address)).isTrue();
    }

    private void remember(long address, long start, long end, long physical) {
        int place = Invalidations.place(DOMAIN, address);
        cache.remember(address, mapping(start, end, physical), end, place, invalidations.count(place));
    }

    private static Translation mapping(long start, long end, long physical) {
        Translation mapping = new Translation();
        mapping.set(start, end, physical, MapFlags.READ | MapFlags.WRITE);
        return mapping;
    }
}
