// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.MappingStore;

/** Addresses are unsigned, and both ends of the address space are as good as the rest. */
abstract class EdgeRules extends TableRules {
    private static final long HALF = 1L << 63;

    EdgeRules(Supplier<MappingStore> stores) {
        super(stores);
    }

    @Test
    void the_first_and_the_last_byte_are_mappings() {
        Range first = map(0, 0);
        Range last = map(TOP, TOP);

        assertContents(first, last);
        assertThat(lookup(1)).isNull();
        assertThat(lookup(TOP - 1)).isNull();
        refuseMap(0, 0);
        refuseMap(TOP, TOP);
        refuseMap(0, TOP);
        unmap(TOP, TOP);
        assertContents(first);
        unmap(0, 0);
        assertContents();
    }

    @Test
    void the_first_and_the_last_page_are_mappings() {
        Range first = map(0, 0xfff);
        Range last = map(-0x1000, TOP);

        assertContents(first, last);
        unmap(0, -0x1001);
        assertContents(last);
        refuseUnmap(-0x800, TOP);
        refuseUnmap(0, -2);
        unmap(-0x1000, TOP);
        assertContents();
    }

    @Test
    void one_mapping_holds_the_whole_address_space() {
        Range all = map(0, TOP, 0, 3);

        assertContents(all);
        assertThat(lookup(HALF)).isEqualTo(all);
        assertThat(lookup(HALF - 1)).isEqualTo(all);
        refuseMap(0, 0);
        refuseMap(HALF, HALF);
        refuseMap(TOP, TOP);
        refuseMap(0, TOP);
        refuseUnmap(0, TOP - 1);
        refuseUnmap(1, TOP);
        refuseUnmap(HALF, HALF);
        unmap(0, TOP);
        assertContents();
    }

    @Test
    void two_halves_fill_the_address_space() {
        Range upper = map(HALF, TOP, 0, 1);
        Range lower = map(0, HALF - 1, HALF, 2);

        assertContents(lower, upper);
        refuseUnmap(0, HALF);
        refuseUnmap(HALF - 1, TOP);
        unmap(HALF, TOP);
        assertContents(lower);
    }

    @Test
    void a_mapping_reaches_over_the_sign_bit() {
        Range across = map(HALF - 0x1000, HALF + 0xfff);
        Range below = map(HALF - 0x3000, HALF - 0x2000);
        Range above = map(HALF + 0x1000, HALF + 0x1fff);

        assertContents(below, across, above);
        refuseUnmap(0, HALF - 1);
        refuseUnmap(HALF, TOP);
        unmap(HALF - 0x1000, TOP);
        assertContents(below);
    }

    @Test
    void order_is_unsigned() {
        Range high = map(HALF + 0x1000, HALF + 0x1fff);
        Range low = map(0x1000, 0x1fff);
        Range top = map(TOP - 5, TOP);

        assertContents(low, high, top);
        unmap(0, HALF);
        assertContents(high, top);
    }

    @Test
    void a_physical_range_may_end_at_the_last_byte() {
        Range range = map(0x1000, 0x1fff, -0x1000, 1);
        Range all = new Range(0x1000, 0x1fff, -0x1000, 1);

        assertThat(range).isEqualTo(all);
        assertContents(all);
    }

    @Test
    void everything_but_one_byte() {
        Range below = map(0, HALF - 1, 0, 1);
        Range above = map(HALF + 1, TOP, 0, 1);

        assertContents(below, above);
        assertThat(lookup(HALF)).isNull();
        refuseMap(HALF, HALF + 1);
        Range between = map(HALF, HALF);
        assertContents(below, between, above);
        unmap(HALF, HALF);
        assertContents(below, above);
    }
}
