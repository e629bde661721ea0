// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.UnmapResult;

/** The tree has the form that bounds its memory, whatever has happened. */
class TreeShapeTest {
    private static final long PAGE = 0x1000;
    private static final long LARGE_PAGE = 0x20_0000;

    private final RadixTable table = new RadixTable(Long.MAX_VALUE);

    @Test
    void a_single_mapping_has_no_node() {
        map(0x1000, 0x1fff);
        assertThat(table.root()).isInstanceOf(Mapping.class);

        map(1L << 60, (1L << 60) + 5);
        unmap(0, 1L << 50);
        assertThat(table.root()).isInstanceOf(Mapping.class);
    }

    @Test
    void two_mappings_have_one_node_however_far_apart() {
        map(0x1000, 0x1fff);
        map(-0x1000, -1);

        assertThat(table.root()).isInstanceOfSatisfying(SparseNode.class, node -> {
            assertThat(node.level).isEqualTo(57);
            assertThat(node.at(0)).isInstanceOf(Mapping.class);
            assertThat(node.at(127)).isInstanceOf(Mapping.class);
        });
    }

    @Test
    void a_huge_mapping_takes_no_slot() {
        map(0x1000, 0x1fff);
        map(0x2000, (1L << 62) + 5);
        map((1L << 62) + 6, (1L << 62) + 6);

        assertThat(table.root()).isInstanceOfSatisfying(SparseNode.class, node -> {
            assertThat(node.used()).isEqualTo(2);
            assertThat(node.spans()).hasSize(1);
        });
    }

    @Test
    void pages_close_together_become_a_leaf_and_few_of_them_stop_being_one() {
        for (long page = 0; page < 32; page++) {
            map(page * 2 * PAGE, page * 2 * PAGE + PAGE - 1);
        }
        assertThat(table.root()).isInstanceOf(PageLeaf.class);

        for (long page = 0; page < 7; page++) {
            unmap(page * 2 * PAGE, page * 2 * PAGE + PAGE - 1);
        }
        assertThat(table.root()).isInstanceOf(SparseNode.class);
        assertThat(table.size()).isEqualTo(25);
        assertThat(table.root().size()).isEqualTo(25);
    }

    @Test
    void a_leaf_that_gets_a_mapping_it_cannot_hold_becomes_a_node() {
        for (long page = 0; page < 100; page++) {
            map(page * PAGE, page * PAGE + PAGE - 1);
        }
        assertThat(table.root()).isInstanceOf(PageLeaf.class);

        map(100 * PAGE, 100 * PAGE);
        assertThat(table.root()).isInstanceOf(FullNode.class);
        assertThat(table.root().size()).isEqualTo(101);
    }

    @Test
    void mappings_with_any_flags_or_physical_address_find_a_place_beside_a_leaf() {
        for (long page = 0; page < 64; page++) {
            map(page * PAGE, page * PAGE + PAGE - 1);
        }
        assertThat(table.map(64 * PAGE, 65 * PAGE - 1, 1L << 58, 1)).isEqualTo(MapResult.OK);
        assertThat(table.map(65 * PAGE, 66 * PAGE - 1, 0, 0x100)).isEqualTo(MapResult.OK);
        assertThat(table.map(66 * PAGE, 67 * PAGE - 1, 0x10, 1)).isEqualTo(MapResult.OK);
        assertThat(table.root().size()).isEqualTo(67);
    }

    @Test
    void the_shape_holds_while_mappings_come_and_go() {
        SplittableRandom random = new SplittableRandom(11);
        for (int step = 0; step < 60_000; step++) {
            long start = random.nextInt(4) * (1L << 31) + random.nextInt(8) * LARGE_PAGE + random.nextInt(512) * PAGE;
            long end = start + (random.nextInt(50) == 0 ? random.nextInt(1 << 23) : PAGE - 1);
            boolean growing = step / 5_000 % 2 == 0;
            if (random.nextInt(10) < (growing ? 8 : 3)) {
                table.map(start, end, start, 1);
            } else {
                table.unmap(start, random.nextInt(20) == 0 ? start + LARGE_PAGE : end);
            }
            if (step % 500 == 0 && table.root() != null) {
                check(table.root(), 0, -1);
                assertThat(table.root().size()).isEqualTo(table.size());
            }
        }
        unmap(0, -1);
        assertThat(table.root()).isNull();
    }

    private void map(long start, long end) {
        assertThat(table.map(start, end, 0, 1)).isEqualTo(MapResult.OK);
    }

    private void unmap(long start, long end) {
        assertThat(table.unmap(start, end)).isEqualTo(UnmapResult.OK);
    }

    private static void check(Entry entry, long first, long last) {
        if (entry instanceof Mapping mapping) {
            assertThat(Entry.within(mapping.start, mapping.end, first, last)).isTrue();
        } else if (entry instanceof PageLeaf leaf) {
            assertThat(leaf.size()).isBetween(28L, 512L);
            assertThat(leaf.overlaps(first, last)).isTrue();
        } else if (entry instanceof Node node) {
            checkNode(node, first, last);
        }
    }

    private static void checkNode(Node node, long first, long last) {
        assertThat(Entry.within(node.first, node.last, first, last)).isTrue();
        assertThat(node.used() + node.spans().length).isGreaterThan(1);
        if (node instanceof FullNode) {
            assertThat(node.used()).isGreaterThanOrEqualTo(20);
        }
        int used = 0;
        for (int slot = node.next(0); slot < Level.SLOTS; slot = node.next(slot + 1)) {
            long from = node.first + ((long) (slot - node.slot(node.first)) << node.level);
            check(node.at(slot), from, from + (1L << node.level) - 1);
            used++;
        }
        assertThat(used).isEqualTo(node.used());
        for (Mapping span : node.spans()) {
            assertThat(node.slot(span.start)).isLessThan(node.slot(span.end));
            assertThat(Entry.within(span.start, span.end, node.first, node.last))
                    .isTrue();
        }
    }
}
