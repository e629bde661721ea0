// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.tree.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingRun;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/** The tree has the form that bounds its memory and the length of its ways, whatever has happened. */
class TreeShapeTest {
    private static final long PAGE = 0x1000;

    private final TreeTable table = new TreeTable(Long.MAX_VALUE);

    @Test
    void the_shape_holds_while_mappings_come_and_go() {
        SplittableRandom random = new SplittableRandom(5);
        for (int step = 0; step < 60_000; step++) {
            long start = random.nextInt(1 << 16) * PAGE;
            long end = start + (random.nextInt(40) == 0 ? random.nextInt(1 << 18) : PAGE - 1);
            boolean growing = step / 10_000 % 2 == 0;
            if (random.nextInt(200) == 0) {
                table.mapAll(pages(start / PAGE, random.nextInt(200)), 0);
            } else if (random.nextInt(10) < (growing ? 9 : 2)) {
                table.map(start, end, start, random.nextInt(2));
            } else {
                table.unmap(start, random.nextInt(20) == 0 ? start + 2_000 * PAGE : end);
            }
            if (step % 500 == 0) {
                assertThat(check(table.root(), 0, -1L, depth(table.root()))).isEqualTo(table.size());
            }
        }
        assertThat(table.unmap(0, -1L)).isEqualTo(UnmapResult.OK);
        assertThat(table.root()).isSameAs(Leaf.EMPTY);
    }

    @Test
    void a_copy_makes_full_leaves_and_leaves_little_to_the_collector() {
        List<MappingRun> pieces = IntStream.range(0, 50)
                .mapToObj(piece -> pages(piece * 4_096L, 4_096))
                .toList();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (MappingRun piece : pieces) {
            assertThat(table.mapAll(piece, 0)).isEqualTo(4_096);
        }
        // A leaf has 24 bytes for each, and one by one it were more than a thousand.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(table.size() * 64);
        assertThat(table.size()).isEqualTo(50 * 4_096);
        assertThat(leaves(table.root())).isEqualTo(50 * 4_096 / Node.MOST);
        assertThat(check(table.root(), 0, -1L, depth(table.root()))).isEqualTo(table.size());
    }

    @Test
    void pieces_of_a_few_mappings_make_leaves_that_are_not_small() {
        for (int piece = 0; piece < 1_000; piece++) {
            assertThat(table.mapAll(pages(piece * 3L, 3), 0)).isEqualTo(3);
        }
        assertThat(leaves(table.root())).isLessThanOrEqualTo(3_000 / Node.FEW);
        assertThat(check(table.root(), 0, -1L, depth(table.root()))).isEqualTo(3_000);
    }

    @Test
    void a_run_ends_at_the_limit() {
        TreeTable small = new TreeTable(1_000);
        assertThat(small.mapAll(pages(0, 990), 0)).isEqualTo(990);
        MappingRun more = pages(2_000, 100);
        assertThat(small.mapAll(more, 0)).isEqualTo(10);
        assertThat(small.size()).isEqualTo(1_000);
        assertThat(small.map(more.start(10), more.end(10), 0, 1)).isEqualTo(MapResult.NO_MEMORY);
        assertThat(small.unmap(0, PAGE - 1)).isEqualTo(UnmapResult.OK);
        assertThat(small.mapAll(more, 10)).isEqualTo(11);
    }

    @Test
    void what_is_left_of_many_leaves_is_joined() {
        for (long page = 0; page < 10_000; page++) {
            map(page * PAGE, page * PAGE + PAGE - 1);
        }
        for (long page = 0; page < 10_000; page++) {
            if (page % 50 != 0) {
                table.unmap(page * PAGE, page * PAGE + PAGE - 1);
            }
        }
        assertThat(table.size()).isEqualTo(200);
        assertThat(leaves(table.root())).isLessThanOrEqualTo(200 / 20 + 1);
    }

    @Test
    void a_mapping_that_reaches_over_many_leaves_ranges_is_found_everywhere() {
        for (long page = 0; page < 1_000; page++) {
            map(page * PAGE, page * PAGE + PAGE - 1);
        }
        for (long page = 301; page < 600; page++) {
            table.unmap(page * PAGE, page * PAGE + PAGE - 1);
        }
        map(301 * PAGE, 600 * PAGE - 1);

        Translation found = new Translation();
        for (long page = 301; page < 600; page++) {
            assertThat(table.lookup(page * PAGE + 5, found)).isTrue();
            assertThat(found.start()).isEqualTo(301 * PAGE);
        }
        assertThat(table.map(500 * PAGE, 500 * PAGE, 0, 1)).isEqualTo(MapResult.OVERLAP);
        assertThat(table.unmap(500 * PAGE, 700 * PAGE)).isEqualTo(UnmapResult.SPLIT);
        assertThat(table.unmap(0, 400 * PAGE)).isEqualTo(UnmapResult.SPLIT);
    }

    @Test
    void flags_that_differ_are_kept_for_each_mapping() {
        for (int i = 0; i < 200; i++) {
            assertThat(table.map(i * PAGE, i * PAGE + PAGE - 1, 0, i % 7 == 0 ? i : -1))
                    .isEqualTo(MapResult.OK);
        }
        Translation found = new Translation();
        for (int i = 0; i < 200; i++) {
            assertThat(table.lookup(i * PAGE, found)).isTrue();
            assertThat(found.flags()).isEqualTo(i % 7 == 0 ? i : -1);
        }
    }

    private static MappingRun pages(long first, int count) {
        MappingRun run = new MappingRun(count + 1);
        for (long page = first; page < first + count; page++) {
            run.visit(page * PAGE, page * PAGE + PAGE - 1, page * PAGE, 1);
        }
        return run;
    }

    private void map(long start, long end) {
        assertThat(table.map(start, end, 0, 1)).isEqualTo(MapResult.OK);
    }

    /** Checks a subtree whose mappings start in a range; returns their number. */
    private static long check(Node node, long low, long high, int depth) {
        assertThat(node.count()).isLessThanOrEqualTo(Node.MOST);
        if (node instanceof Leaf leaf) {
            assertThat(depth).isEqualTo(1);
            for (int i = 0; i < leaf.count(); i++) {
                assertThat(leaf.start(i)).isBetween(low, high == -1L ? Long.MAX_VALUE : high);
                assertThat(i == 0 || leaf.end(i - 1) < leaf.start(i)).isTrue();
            }
            return leaf.count();
        }
        Branch branch = (Branch) node;
        assertThat(branch.count()).isPositive();
        long mappings = 0;
        for (int i = 0; i < branch.count(); i++) {
            assertThat(branch.child(i).count()).isPositive();
            long first = i == 0 ? low : branch.low(i);
            long last = i + 1 == branch.count() ? high : branch.low(i + 1) - 1;
            mappings += check(branch.child(i), first, last, depth - 1);
        }
        return mappings;
    }

    private static int depth(Node node) {
        return node instanceof Branch branch ? 1 + depth(branch.child(0)) : 1;
    }

    private static int leaves(Node node) {
        if (node instanceof Branch branch) {
            int leaves = 0;
            for (int i = 0; i < branch.count(); i++) {
                leaves += leaves(branch.child(i));
            }
            return leaves;
        }
        return 1;
    }
}
