// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.SwapTraffic.STABLE;
import static org.viommu.iommu.internal.SwapTraffic.STABLE_PAGES;

import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.internal.TestStore.Defect;

/** Whatever happens to stores while requests and DMA go on, the guest does not notice. */
class SwapTrafficTest {
    private static final int SWAPS = 30;

    /** Mappings after which a new store shows its defect, or waits: in the middle of the copy. */
    private static final int MIDDLE = 900;

    private final SwapTraffic traffic = new SwapTraffic();
    private final TestGuest guest = traffic.guest;
    private final TestStore first = new TestStore("first");
    private final TestStore second = new TestStore("second");

    @AfterEach
    void close() {
        first.release();
        second.release();
        traffic.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void stores_replace_one_another_in_each_order_that_a_framework_may_choose(long seed) throws Exception {
        traffic.during(seed, () -> {
            TestStore present = first;
            traffic.offer(present, 0);
            for (int i = 1; i <= SWAPS; i++) {
                TestStore next = new TestStore("store" + i);
                if (i % 3 == 0) {
                    traffic.withdraw(present);
                }
                traffic.offer(next, i);
                if (i % 3 == 1) {
                    traffic.awaitStore(next.name());
                }
                if (i % 3 != 0) {
                    traffic.withdraw(present);
                }
                traffic.awaitStore(next.name());
                present = next;
            }
            traffic.withdraw(present);
            return null;
        });
        assertThat(store().swaps()).isGreaterThanOrEqualTo(SWAPS);
        assertThat(store().problem()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"NONE", "UNMAP_THROWS", "LOOKUP_THROWS", "ITERATION_STOPS_EARLY"})
    void a_new_store_that_fails_in_the_middle_of_the_copy_is_refused(Defect defect) throws Exception {
        traffic.during(21, () -> {
            traffic.offer(first.with(defect, defect == Defect.OPEN_THROWS ? 0 : MIDDLE), 0);
            Await.until("the store is refused", () -> store().problem().contains("'first'"));
            traffic.awaitStore("resident");
            assertThat(first.openTables()).isZero();
            traffic.proceed();
            traffic.offer(first.with(Defect.NONE, 0), 0);
            traffic.awaitStore("first");
            assertThat(store().problem()).isEmpty();
            return null;
        });
    }

    @Test
    void a_new_store_that_goes_in_the_middle_of_the_copy_is_let_go() throws Exception {
        traffic.during(31, () -> {
            traffic.offer(first.withBarrier(MIDDLE), 0);
            first.awaitBarrier();
            CompletableFuture<Void> gone = traffic.withdrawing(first);
            traffic.proceed();
            first.release();
            gone.join();
            traffic.awaitStore("resident");
            traffic.proceed();
            return null;
        });
        assertThat(store().swaps()).isZero();
    }

    @Test
    void an_old_store_that_goes_in_the_middle_of_the_copy_is_held_until_it_is_over() throws Exception {
        traffic.during(41, () -> {
            traffic.offer(first, 0);
            traffic.awaitStore("first");
            traffic.offer(second.withBarrier(MIDDLE), 1);
            second.awaitBarrier();
            CompletableFuture<Void> gone = traffic.withdrawing(first);
            traffic.proceed();
            assertThat(gone.isDone()).isFalse();
            second.release();
            gone.join();
            traffic.awaitStore("second");
            return null;
        });
        assertThat(store().problem()).isEmpty();
    }

    @Test
    void when_both_go_in_the_middle_of_the_copy_the_resident_store_has_all() throws Exception {
        traffic.during(51, () -> {
            traffic.offer(first, 0);
            traffic.awaitStore("first");
            traffic.offer(second.withBarrier(MIDDLE), 1);
            second.awaitBarrier();
            CompletableFuture<Void> old = traffic.withdrawing(first);
            CompletableFuture<Void> next = traffic.withdrawing(second);
            traffic.proceed();
            second.release();
            old.join();
            next.join();
            traffic.awaitStore("resident");
            traffic.proceed();
            return null;
        });
    }

    @Test
    void of_two_exchanges_at_once_the_later_and_preferred_one_counts() throws Exception {
        traffic.during(61, () -> {
            traffic.offer(first.withBarrier(MIDDLE), 0);
            first.awaitBarrier();
            traffic.offer(second, 1);
            traffic.proceed();
            first.release();
            traffic.awaitStore("second");
            assertThat(first.openTables()).isZero();
            return null;
        });
        assertThat(store().problem()).isEmpty();
    }

    @Test
    void who_reads_all_mappings_meanwhile_misses_none_that_stays() throws Exception {
        long[] stable =
                LongStream.range(0, STABLE_PAGES).map(page -> page * 0x3000).toArray();
        traffic.during(71, () -> {
            for (int i = 0; i < SWAPS; i++) {
                TestStore next = new TestStore("store" + i);
                traffic.offer(next, i);
                do {
                    assertThat(Mappings.all(guest.status, STABLE).stream()
                                    .mapToLong(IommuSnapshot.Mapping::start)
                                    .filter(start -> start % 0x3000 == 0)
                                    .toArray())
                            .isEqualTo(stable);
                } while (!store().name().equals(next.name()));
            }
            return null;
        });
    }

    @Test
    void a_snapshot_in_the_middle_of_the_copy_has_every_mapping() throws Exception {
        traffic.during(91, () -> {
            traffic.offer(first.withBarrier(MIDDLE), 0);
            first.awaitBarrier();
            traffic.proceed();
            traffic.assertSaved();
            first.release();
            traffic.assertSaved();
            traffic.awaitStore("first");
            traffic.assertSaved();
            return null;
        });
        assertThat(store().problem()).isEmpty();
    }

    @Test
    void a_reset_in_the_middle_of_the_copy_leaves_what_is_mapped_afterwards() throws Exception {
        traffic.during(101, () -> {
            traffic.offer(first.withBarrier(MIDDLE), 0);
            first.awaitBarrier();
            traffic.reset();
            traffic.proceed();
            first.release();
            traffic.awaitStore("first");
            traffic.proceed();
            traffic.offer(second, 1);
            traffic.reset();
            traffic.awaitStore("second");
            return null;
        });
        assertThat(store().problem()).isEmpty();
        assertThat(first.openTables()).isZero();
    }

    @Test
    void a_shutdown_in_the_middle_of_the_copy_leaves_no_table_open() throws Exception {
        traffic.during(81, () -> {
            traffic.offer(first, 0);
            traffic.awaitStore("first");
            traffic.offer(second.withBarrier(MIDDLE), 1);
            second.awaitBarrier();
            traffic.proceed();
            return null;
        });
        CompletableFuture<Void> closed = CompletableFuture.runAsync(traffic::close);
        second.release();
        closed.join();
        assertThat(first.openTables()).isZero();
        assertThat(second.openTables()).isZero();
    }

    private IommuSnapshot.Store store() {
        return guest.status.snapshot().store();
    }
}
