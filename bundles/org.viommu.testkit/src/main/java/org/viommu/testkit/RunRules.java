// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.MappingRun;
import org.viommu.mapping.MappingStore;

/** What {@code mapAll} promises: the same as one {@code map} after the other. */
abstract class RunRules extends TableRules {
    private static final int MANY = 5_000;
    private static final long PAGE = 0x1000;

    RunRules(Supplier<MappingStore> stores) {
        super(stores);
    }

    @Test
    void an_ascending_run_of_any_length_is_added_whole() {
        for (int length = 0; length < 300; length++) {
            MappingRun run = pages(0x10_0000, length);
            assertThat(table().mapAll(run, 0)).isEqualTo(length);
            assertRun(run);
            unmap(0, TOP);
        }
    }

    @Test
    void runs_go_on_behind_one_another() {
        for (int piece = 0; piece < 20; piece++) {
            assertThat(table().mapAll(pages(piece * 400 * PAGE, 371), 0)).isEqualTo(371);
        }
        assertThat(contents(table())).hasSize(20 * 371).isSortedAccordingTo(RunRules::byStart);
        assertThat(table().size()).isEqualTo(20 * 371);
    }

    @Test
    void a_run_fills_a_gap() {
        map(0, PAGE - 1);
        for (long page = 10_000; page < 12_000; page++) {
            map(page * PAGE, page * PAGE + PAGE - 1);
        }
        MappingRun run = pages(1_000 * PAGE, MANY);
        assertThat(table().mapAll(run, 0)).isEqualTo(MANY);
        assertThat(table().size()).isEqualTo(MANY + 2_001);
        for (int i = 0; i < MANY; i++) {
            assertThat(lookup(run.end(i))).isEqualTo(range(run, i));
        }
    }

    @Test
    void nothing_before_the_given_index_is_added() {
        MappingRun run = pages(0, 500);
        assertThat(table().mapAll(run, 500)).isEqualTo(500);
        assertContents();
        assertThat(table().mapAll(run, 499)).isEqualTo(500);
        assertContents(range(run, 499));
    }

    @Test
    void a_run_ends_where_a_mapping_is_already() {
        for (int taken : new int[] {0, 1, 63, 64, 65, 128, 700, MANY - 1}) {
            Range there = map(taken * PAGE + 0x800, taken * PAGE + 0x8ff);
            MappingRun run = pages(0, MANY);
            assertThat(table().mapAll(run, 0)).isEqualTo(taken);
            List<Range> expected = new ArrayList<>(ranges(run, 0, taken));
            expected.add(there);
            assertThat(contents(table())).isEqualTo(expected);
            assertThat(table().mapAll(run, taken + 1)).isEqualTo(MANY);
            expected.addAll(ranges(run, taken + 1, MANY));
            assertThat(contents(table())).isEqualTo(expected);
            unmap(0, TOP);
        }
    }

    @Test
    void a_mapping_that_reaches_far_ends_a_run_where_it_begins() {
        Range far = map(100 * PAGE, 4_000 * PAGE - 1);
        MappingRun run = pages(0, MANY);
        assertThat(table().mapAll(run, 0)).isEqualTo(100);
        assertThat(table().mapAll(run, 101)).isEqualTo(101);
        assertThat(table().mapAll(run, 3_999)).isEqualTo(3_999);
        assertThat(table().mapAll(run, 4_000)).isEqualTo(MANY);
        assertThat(table().size()).isEqualTo(100 + 1 + MANY - 4_000);
        assertThat(lookup(2_000 * PAGE)).isEqualTo(far);
    }

    @Test
    void a_run_that_overlaps_itself_ends_there() {
        MappingRun run = new MappingRun(1_000);
        for (int i = 0; i < 1_000; i++) {
            long start = i * PAGE;
            run.visit(start, start + (i == 700 ? PAGE : PAGE - 1), place(start, start + PAGE), 1);
        }
        assertThat(table().mapAll(run, 0)).isEqualTo(701);
        assertThat(contents(table())).isEqualTo(ranges(run, 0, 701));
    }

    @Test
    void a_run_in_any_order_is_added_whole() {
        MappingRun run = new MappingRun(MANY);
        for (long i = 0; i < MANY; i++) {
            long start = i * 2_503 % MANY * PAGE;
            run.visit(start, start + PAGE - 1, place(start, start + PAGE), (int) i);
        }
        assertThat(table().mapAll(run, 0)).isEqualTo(MANY);
        assertThat(contents(table()))
                .isEqualTo(
                        ranges(run, 0, MANY).stream().sorted(RunRules::byStart).toList());
    }

    @Test
    void a_run_may_reach_the_end_of_the_address_space() {
        MappingRun run = new MappingRun(300);
        for (int left = 300; left > 0; left--) {
            run.visit(-left * PAGE, -left * PAGE + PAGE - 1, left * PAGE, left);
        }
        assertThat(table().mapAll(run, 0)).isEqualTo(300);
        assertRun(run);
        assertThat(table().mapAll(run, 299)).isEqualTo(299);

        unmap(0, TOP);
        run.clear();
        run.visit(0, TOP, 0, 1);
        assertThat(table().mapAll(run, 0)).isEqualTo(1);
        assertContents(new Range(0, TOP, 0, 1));
    }

    @Test
    void a_run_can_be_used_again() {
        MappingRun run = pages(0, 200);
        table().mapAll(run, 0);
        run.clear();
        run.visit(TOP, TOP, 7, 7);
        assertThat(contents(table())).isEqualTo(ranges(pages(0, 200), 0, 200));
    }

    /** Pages of which some lie side by side, with flags of some kinds. */
    private static MappingRun pages(long first, int count) {
        MappingRun run = new MappingRun(count + 1);
        for (int i = 0; i < count; i++) {
            long start = first + i * PAGE;
            run.visit(start, start + (i % 3 == 0 ? 0xdff : 0xfff), place(start, start + PAGE), i / 100 % 3);
        }
        return run;
    }

    private void assertRun(MappingRun run) {
        assertThat(contents(table())).isEqualTo(ranges(run, 0, run.count()));
        assertThat(table().size()).isEqualTo(run.count());
        for (int i = 0; i < run.count(); i++) {
            assertThat(lookup(run.start(i))).isEqualTo(range(run, i));
            assertThat(lookup(run.end(i))).isEqualTo(range(run, i));
        }
    }

    private static List<Range> ranges(MappingRun run, int from, int to) {
        List<Range> ranges = new ArrayList<>();
        for (int i = from; i < to; i++) {
            ranges.add(range(run, i));
        }
        return ranges;
    }

    private static Range range(MappingRun run, int index) {
        return new Range(run.start(index), run.end(index), run.physical(index), run.flags(index));
    }

    private static int byStart(Range one, Range other) {
        return Long.compareUnsigned(one.start(), other.start());
    }
}
