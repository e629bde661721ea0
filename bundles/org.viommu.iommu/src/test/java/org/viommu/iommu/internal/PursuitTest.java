// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PursuitTest {
    private static final int BITE = 64;
    private static final long PAGE = 0x1000;

    /** What the writer changes from one look at the clock to the next, and the time that this takes. */
    private int changesAtOnce;

    private long nanosAtOnce;
    private long now;
    private final TestStore store = new TestStore("target");
    private final Journal journal = new Journal(() -> now);
    private final Replica replica = new Replica(store, "vm/iommu0");
    private final Domain domain = new Domain(1, null);
    private final Pursuit pursuit = new Pursuit(journal, replica, () -> {
        change(changesAtOnce);
        return now += nanosAtOnce;
    });

    @BeforeEach
    void open() {
        replica.open(domain);
    }

    @Test
    void the_writer_is_followed_three_times_as_long_as_a_piece_took() {
        change(10_000);
        pursuit.begin();
        now += 1_000;
        nanosAtOnce = 100;
        pursuit.follow();
        // The clock has gone on by 1,100 until then.
        assertThat(journal.backlog()).isEqualTo(10_000 - 33 * BITE);
    }

    @Test
    void a_writer_as_fast_as_its_changes_are_done_again_holds_no_piece_up() {
        change(20_000);
        changesAtOnce = BITE;
        for (int piece = 0; piece < 100; piece++) {
            pursuit.begin();
            now += 1_000;
            nanosAtOnce = 100;
            pursuit.follow();
            // The writer goes on while the piece is copied, and the rest of the time it is not let go any farther.
            assertThat(journal.backlog()).isLessThanOrEqualTo(20_000 + 3L * BITE * (piece + 1));
        }
    }

    @Test
    void some_changes_follow_even_a_piece_that_took_no_time() {
        change(1_000);
        pursuit.begin();
        pursuit.follow();
        assertThat(journal.backlog()).isEqualTo(1_000 - BITE);
    }

    @Test
    void all_are_done_in_the_time_that_there_is() {
        change(1_000);
        pursuit.begin();
        now += 1_000_000;
        pursuit.follow();
        assertThat(journal.backlog()).isZero();
        assertThat(replica.of(domain).table().size()).isEqualTo(1_000);
    }

    @Test
    void at_the_end_it_comes_near_a_writer_that_is_slower() {
        change(10_000);
        pursuit.approach();
        assertThat(journal.backlog()).isZero();
    }

    @Test
    void at_the_end_it_comes_near_a_writer_that_is_as_fast() {
        change(30_000);
        store.meanwhile(() -> change(journal.tooFarAhead() ? 0 : 1));
        pursuit.approach();
        assertThat(journal.backlog()).isLessThan(700);
        // After the first turn, each has three quarters of the changes of the one before. A mapping that is there is
        // refused first.
        assertThat(store.maps()).isLessThan(2 * (1 + 4) * 30_000);
    }

    @Test
    void a_writer_that_is_near_is_left_to_the_last_step() {
        change(500);
        pursuit.approach();
        assertThat(journal.backlog()).isEqualTo(500);
    }

    private void change(int times) {
        for (int i = 0; i < times; i++) {
            long page = i;
            journal.map(domain, page * PAGE, page * PAGE + PAGE - 1, 0, 1);
        }
    }
}
