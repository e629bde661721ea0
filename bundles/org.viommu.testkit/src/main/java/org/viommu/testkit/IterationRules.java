// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.MappingStore;

/** What {@code forEach} promises to one thread. */
abstract class IterationRules extends TableRules {
    IterationRules(Supplier<MappingStore> stores) {
        super(stores);
    }

    @Test
    void an_empty_table_has_nothing_to_visit() {
        assertThat(contents(table(), 0)).isEmpty();
        assertThat(contents(table(), TOP)).isEmpty();
    }

    @Test
    void the_first_visit_is_the_mapping_that_holds_the_address_or_the_next_above() {
        Range first = map(0x1000, 0x2fff);
        Range second = map(0x8000, 0x8fff);

        assertThat(contents(table(), 0)).containsExactly(first, second);
        assertThat(contents(table(), 0x1000)).containsExactly(first, second);
        assertThat(contents(table(), 0x2001)).containsExactly(first, second);
        assertThat(contents(table(), 0x2fff)).containsExactly(first, second);
        assertThat(contents(table(), 0x3000)).containsExactly(second);
        assertThat(contents(table(), 0x8fff)).containsExactly(second);
        assertThat(contents(table(), 0x9000)).isEmpty();
        assertThat(contents(table(), TOP)).isEmpty();
    }

    @Test
    void every_starting_point_gives_the_rest() {
        List<Range> all = new ArrayList<>();
        for (int bit = 0; bit < 64; bit++) {
            long start = 1L << bit;
            all.add(map(start, start + (start - 1) / 2));
        }
        all.add(map(TOP, TOP));

        for (int i = 0; i < all.size(); i++) {
            List<Range> rest = all.subList(i, all.size());
            assertThat(contents(table(), all.get(i).start())).isEqualTo(rest);
            assertThat(contents(table(), all.get(i).end())).isEqualTo(rest);
            if (i > 0) {
                assertThat(contents(table(), all.get(i).start() - 1))
                        .isEqualTo(lookup(all.get(i).start() - 1) == null ? rest : all.subList(i - 1, all.size()));
            }
        }
    }

    @Test
    void small_mappings_between_huge_ones_come_in_their_place() {
        Range huge = map(0x3000, (1L << 41) + 0x4fff);
        Range before = map(0x2000, 0x2fff);
        Range after = map((1L << 41) + 0x5000, (1L << 41) + 0x5fff);
        Range bytes = map(0x1ff0, 0x1fff);
        Range top = map(1L << 62, TOP);

        assertContents(bytes, before, huge, after, top);
        assertThat(contents(table(), 1L << 30)).containsExactly(huge, after, top);
        assertThat(contents(table(), (1L << 41) + 0x5000)).containsExactly(after, top);
    }

    @Test
    void the_visitor_stops_the_iteration() {
        List<Range> all = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            all.add(map(i * 0x5000L, i * 0x5000L + 0xfff + (i % 4) * 0x1000L));
        }
        for (int wanted : new int[] {1, 2, 50, 700, 3_000}) {
            List<Range> seen = new ArrayList<>();
            table().forEach(0, (start, end, physical, flags) -> {
                seen.add(new Range(start, end, physical, flags));
                return seen.size() < wanted;
            });
            assertThat(seen).isEqualTo(all.subList(0, wanted));
        }
    }
}
