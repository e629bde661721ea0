// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RendezvousTest {
    private static final long USUAL_NANOS = 20_000;
    private static final long LONG_NANOS = 1_000_000;

    private long now = 1;
    private final Journal journal = new Journal(() -> now);
    private final Replica replica = new Replica(new ResidentStore(), "vm/iommu0");
    private final Rendezvous rendezvous = new Rendezvous(new SingleWriter(), journal, replica);
    private final Domain domain = new Domain(1, null);

    @BeforeEach
    void open() {
        replica.open(domain);
    }

    @Test
    void a_writer_that_has_had_its_processor_for_long_is_asked_again() {
        batch(USUAL_NANOS);
        assertThat(attempt(0)).isEmpty();
    }

    @Test
    void a_writer_that_has_just_been_given_its_processor_takes_the_last_step() {
        batch(LONG_NANOS);
        assertThat(attempt(0)).contains("done");
    }

    @Test
    void only_the_batch_before_counts() {
        batch(LONG_NANOS);
        journal.throttle();
        batch(USUAL_NANOS);
        assertThat(attempt(0)).isEmpty();
    }

    @Test
    void a_writer_that_nobody_interrupts_takes_the_last_step_after_a_while() {
        int attempt = 0;
        Optional<String> done = Optional.empty();
        while (done.isEmpty() && attempt < 1000) {
            batch(USUAL_NANOS);
            done = attempt(attempt++);
            journal.throttle();
        }
        assertThat(done).contains("done");
        assertThat(attempt).isGreaterThan(1);
    }

    @Test
    void the_last_step_has_all_changes() {
        for (int page = 0; page < 10; page++) {
            journal.map(domain, page * 0x1000L, page * 0x1000L + 0xfff, 0, 1);
        }
        batch(LONG_NANOS);
        assertThat(attempt(0)).contains("done");
        assertThat(replica.of(domain).table().size()).isEqualTo(10);
    }

    @Test
    void a_long_backlog_is_left_to_the_one_who_copies() {
        for (int page = 0; page < 100; page++) {
            journal.map(domain, page * 0x1000L, page * 0x1000L + 0xfff, 0, 1);
        }
        batch(LONG_NANOS);
        assertThat(attempt(0)).isEmpty();
        assertThat(replica.of(domain).table().size()).isZero();
    }

    /** The writer has been at work for a while. */
    private void batch(long nanos) {
        now += nanos;
    }

    private Optional<String> attempt(int number) {
        return rendezvous.attempt(number, begin -> "done");
    }
}
