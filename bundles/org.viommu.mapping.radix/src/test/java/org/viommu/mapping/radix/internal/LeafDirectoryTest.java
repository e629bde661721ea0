// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/** The directory never hides what the tree says. */
class LeafDirectoryTest {
    private static final long PAGE = 0x1000;
    private static final long RANGE = 0x20_0000;

    private final RadixTable table = new RadixTable(Long.MAX_VALUE);
    private final LeafDirectory directory = new LeafDirectory();

    @Test
    void a_leaf_is_found_by_every_address_of_its_range() {
        long[] leaf = {3 * RANGE};
        directory.put(3 * RANGE + 5, leaf);

        assertThat(directory.find(3 * RANGE)).isSameAs(leaf);
        assertThat(directory.find(4 * RANGE - 1)).isSameAs(leaf);
        assertThat(directory.find(4 * RANGE)).isNull();
        directory.remove(3 * RANGE, leaf);
        assertThat(directory.find(3 * RANGE)).isNull();
    }

    @Test
    void of_two_ranges_in_one_place_the_later_one_is_known_and_only_that_one_is_removed() {
        long[] first = {0};
        long[] second = {RANGE << 20};
        directory.put(first[0], first);
        directory.put(second[0], second);

        assertThat(directory.find(first[0])).isSameAs(second);
        directory.remove(first[0], first);
        assertThat(directory.find(second[0])).isSameAs(second);
    }

    @Test
    void leaves_stay_known_while_the_directory_grows_and_shrinks() {
        long[] leaf = {7 * RANGE};
        directory.put(leaf[0], leaf);
        for (int i = 0; i < 10; i++) {
            directory.fit(1 << 20);
            assertThat(directory.find(leaf[0])).isSameAs(leaf);
        }
        for (int i = 0; i < 20; i++) {
            directory.fit(0);
            assertThat(directory.find(leaf[0])).isSameAs(leaf);
        }
    }

    @Test
    void mappings_of_two_leaves_in_one_place_are_all_found() {
        long far = RANGE << 20;
        for (long page = 0; page < 100; page++) {
            map(page * PAGE, page * PAGE + PAGE - 1);
            map(far + page * PAGE, far + page * PAGE + PAGE - 1);
        }
        for (long page = 0; page < 100; page++) {
            assertThat(holds(page * PAGE)).isTrue();
            assertThat(holds(far + page * PAGE)).isTrue();
        }
        unmap(0, RANGE);
        assertThat(holds(0)).isFalse();
        assertThat(holds(far)).isTrue();
    }

    @Test
    void a_mapping_that_reaches_into_a_leafs_range_is_seen_by_all_requests() {
        for (long page = 0; page < 100; page++) {
            map(RANGE + page * PAGE, RANGE + page * PAGE + PAGE - 1);
        }
        map(RANGE + 200 * PAGE, 3 * RANGE - 1);

        assertThat(holds(RANGE + 300 * PAGE)).isTrue();
        assertThat(table.map(RANGE + 300 * PAGE, RANGE + 301 * PAGE - 1, 0, 1)).isEqualTo(MapResult.OVERLAP);
        assertThat(table.unmap(RANGE + 300 * PAGE, RANGE + 301 * PAGE - 1)).isEqualTo(UnmapResult.SPLIT);
        unmap(RANGE + 200 * PAGE, 3 * RANGE - 1);
        map(RANGE + 300 * PAGE, RANGE + 301 * PAGE - 1);
        assertThat(holds(RANGE + 300 * PAGE)).isTrue();
    }

    @Test
    void a_leaf_that_becomes_a_node_is_forgotten() {
        for (long page = 0; page < 100; page++) {
            map(page * PAGE, page * PAGE + PAGE - 1);
        }
        map(200 * PAGE, 200 * PAGE);
        unmap(0, PAGE - 1);

        assertThat(holds(0)).isFalse();
        assertThat(holds(200 * PAGE)).isTrue();
        assertThat(table.map(200 * PAGE, 201 * PAGE - 1, 0, 1)).isEqualTo(MapResult.OVERLAP);
    }

    @Test
    void a_leaf_that_is_dropped_as_a_whole_is_forgotten() {
        for (long page = 0; page < 512; page++) {
            map(page * PAGE, page * PAGE + PAGE - 1);
        }
        unmap(0, -1L);
        assertThat(holds(0)).isFalse();
        map(0, PAGE - 1);
        assertThat(table.size()).isEqualTo(1);
    }

    private boolean holds(long address) {
        return table.lookup(address, new Translation());
    }

    private void map(long start, long end) {
        assertThat(table.map(start, end, 0, 1)).isEqualTo(MapResult.OK);
    }

    private void unmap(long start, long end) {
        assertThat(table.unmap(start, end)).isEqualTo(UnmapResult.OK);
    }
}
