// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class WatchTest {
    private static final long LIMIT = 4 * Watch.SHORTEST_NANOS;

    private final Semaphore spare = new Semaphore(1);
    private long now = 1_000_000_000L;
    private long limit = LIMIT;
    private final Watch watch = new Watch(() -> limit, () -> now, spare);

    @Test
    void there_is_no_watch_before_the_first_work() {
        assertThat(watch.pays()).isFalse();
        assertThat(watch.begin()).isFalse();
    }

    @Test
    void it_grows_from_the_shortest_to_the_limit_while_work_comes_after_longer_waits() {
        work();
        workAfter(LIMIT);
        assertThat(time()).isEqualTo(Watch.SHORTEST_NANOS);
        workAfter(LIMIT);
        assertThat(time()).isEqualTo(2 * Watch.SHORTEST_NANOS);
        workAfter(LIMIT);
        assertThat(time()).isEqualTo(LIMIT);
        workAfter(LIMIT);
        assertThat(time()).isEqualTo(LIMIT);
    }

    @Test
    void it_stays_while_work_comes_within_it() {
        work();
        workAfter(LIMIT);
        workAfter(LIMIT);
        workAfter(2 * Watch.SHORTEST_NANOS);
        workAfter(1);
        assertThat(time()).isEqualTo(2 * Watch.SHORTEST_NANOS);
    }

    @Test
    void it_shrinks_to_nothing_while_work_comes_later_than_the_longest_watch() {
        grow();
        workAfter(LIMIT + 1);
        workAfter(LIMIT + 1);
        assertThat(time()).isEqualTo(LIMIT / 2);
        workAfter(LIMIT + 1);
        workAfter(LIMIT + 1);
        assertThat(watch.pays()).isFalse();
    }

    @Test
    void it_stays_when_work_comes_late_now_and_then() {
        grow();
        for (int i = 0; i < 10; i++) {
            workAfter(LIMIT + 1);
            workAfter(1);
        }
        assertThat(time()).isEqualTo(LIMIT);
    }

    @Test
    void one_that_is_disturbed_ends_and_there_is_none_for_a_number_of_works() {
        grow();
        assertThat(watch.goesOn()).isTrue();
        disturb();
        for (int i = 0; i < Watch.LEAST_ABSTENTION; i++) {
            workAfter(LIMIT);
            assertThat(watch.pays()).isFalse();
        }
        workAfter(LIMIT);
        assertThat(watch.pays()).isTrue();
    }

    @Test
    void there_is_none_for_longer_each_time_it_is_disturbed_up_to_a_limit() {
        grow();
        for (int expected = Watch.LEAST_ABSTENTION; expected < Watch.MOST_ABSTENTION; expected *= 2) {
            disturb();
            assertThat(worksUntilItPays()).isEqualTo(expected + 1);
        }
        disturb();
        assertThat(worksUntilItPays()).isEqualTo(Watch.MOST_ABSTENTION + 1);
        disturb();
        assertThat(worksUntilItPays()).isEqualTo(Watch.MOST_ABSTENTION + 1);
    }

    @Test
    void what_it_meets_undisturbed_shortens_the_time_without_one() {
        grow();
        disturb();
        assertThat(worksUntilItPays()).isEqualTo(Watch.LEAST_ABSTENTION + 1);
        for (int i = 0; i < Watch.LEAST_ABSTENTION; i++) {
            workAfter(1);
        }
        disturb();
        assertThat(worksUntilItPays()).isEqualTo(Watch.LEAST_ABSTENTION + 1);
    }

    @Test
    void a_look_that_finds_nothing_changes_nothing() {
        grow();
        now += 10 * LIMIT;
        watch.look();
        assertThat(watch.pays()).isTrue();
        assertThat(watch.goesOn()).isFalse();
        assertThat(watch.pays()).isTrue();
    }

    @Test
    void it_goes_on_until_its_time_is_over() {
        grow();
        now += LIMIT - 1;
        assertThat(watch.goesOn()).isTrue();
        now++;
        assertThat(watch.goesOn()).isFalse();
    }

    @Test
    void the_clock_may_overflow() {
        now = Long.MAX_VALUE - LIMIT;
        grow();
        assertThat(time()).isEqualTo(LIMIT);
    }

    @Test
    void with_a_limit_of_zero_it_never_pays() {
        Watch off = new Watch(() -> 0, () -> now, spare);
        for (int i = 0; i < 10; i++) {
            off.look();
            off.rest();
        }
        assertThat(off.pays()).isFalse();
    }

    @Test
    void a_limit_that_changes_counts_from_the_next_work_on() {
        grow();
        limit = 0;
        workAfter(1);
        assertThat(watch.pays()).isFalse();
        limit = 2 * Watch.SHORTEST_NANOS;
        work();
        for (int i = 0; i < 4; i++) {
            workAfter(limit);
        }
        assertThat(time()).isEqualTo(limit);
        limit = Watch.SHORTEST_NANOS;
        workAfter(1);
        assertThat(time()).isEqualTo(limit);
    }

    @Test
    void no_more_threads_watch_than_there_are_processors_to_spare() {
        grow();
        assertThat(watch.begin()).isTrue();
        assertThat(watch.begin()).isFalse();
        watch.end();
        assertThat(watch.begin()).isTrue();
        watch.end();
    }

    private void grow() {
        work();
        for (int i = 0; i < 4; i++) {
            workAfter(LIMIT);
        }
    }

    private void workAfter(long nanos) {
        now += nanos;
        work();
    }

    private void work() {
        watch.look();
        // What the work itself takes does not count.
        now += 7 * LIMIT;
        watch.rest();
    }

    private void disturb() {
        now += Watch.DISTURBED_NANOS + 1;
        assertThat(watch.goesOn()).isFalse();
        assertThat(watch.pays()).isFalse();
    }

    private int worksUntilItPays() {
        int works = 0;
        while (!watch.pays()) {
            workAfter(1);
            works++;
        }
        return works;
    }

    /** How long a watch that begins now goes on. */
    private long time() {
        long before = now;
        while (watch.goesOn()) {
            now++;
        }
        long time = now - before;
        now = before;
        return time;
    }
}
