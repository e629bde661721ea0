// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.internal.TestStore.Defect;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

class SwapTest {
    private static final int READ_WRITE = MapFlags.READ | MapFlags.WRITE;
    private static final long PAGE = 0x1000;
    private static final int MAPPINGS = 10_000;

    private final TestGuest guest = new TestGuest();
    private final TestStore first = new TestStore("first");
    private final TestStore second = new TestStore("second");

    @AfterEach
    void close() {
        first.release();
        second.release();
        guest.close();
    }

    @Test
    void a_store_that_is_offered_takes_all_mappings_over() {
        fill(1, ENDPOINT);
        fill(2, ENDPOINT + 1);
        guest.attachBypass(3, ENDPOINT + 2);
        guest.map(1, -PAGE, -1L, DMA_MEMORY, MapFlags.WRITE);
        List<IommuSnapshot.Mapping> before = all(1);
        offer(first, 0);
        awaitStore("first");
        assertThat(all(1)).isEqualTo(before);
        assertThat(all(2)).hasSize(MAPPINGS);
        IommuSnapshot.Store status = guest.status.snapshot().store();
        assertThat(status.swaps()).isEqualTo(1);
        assertThat(status.lastMappings()).isEqualTo(2 * MAPPINGS + 1);
        assertThat(status.lastPauseNanos()).isPositive();
        assertThat(status.problem()).isEmpty();
        assertThat(first.openTables()).isEqualTo(2);
        assertThat(guest.unmap(1, 0, -1L)).isEqualTo(RequestStatus.OK);
        assertThat(all(1)).isEmpty();
    }

    @Test
    void a_device_without_a_driver_moves_too() {
        guest.reset();
        offer(first, 0);
        awaitStore("first");
        guest.start(guest.device.features());
        guest.attach(1, ENDPOINT);
        assertThat(first.openTables()).isEqualTo(1);
    }

    @Test
    void a_store_that_is_there_from_the_beginning_is_no_swap() {
        try (TestGuest other = new TestGuest(TestGuest.settings(PAGE), first)) {
            other.attach(1, ENDPOINT);
            assertThat(first.openTables()).isEqualTo(1);
            assertThat(other.status.snapshot().store().name()).isEqualTo("first");
            assertThat(other.status.snapshot().store().swaps()).isZero();
        }
        assertThat(first.openTables()).isZero();
    }

    @Test
    void a_store_that_is_withdrawn_has_no_table_open_any_more_and_the_resident_store_has_all() {
        offer(first, 0);
        awaitStore("first");
        fill(1, ENDPOINT);
        List<IommuSnapshot.Mapping> before = all(1);
        guest.stores.withdraw(first);
        assertThat(first.openTables()).isZero();
        assertThat(guest.status.snapshot().store().name()).isEqualTo("resident");
        assertThat(all(1)).isEqualTo(before);
    }

    @Test
    void the_highest_ranking_store_is_used_and_the_next_one_when_it_goes() {
        fill(1, ENDPOINT);
        offer(first, 1);
        awaitStore("first");
        offer(second, 2);
        awaitStore("second");
        assertThat(first.openTables()).isZero();
        guest.stores.withdraw(second);
        assertThat(guest.status.snapshot().store().name()).isEqualTo("first");
        assertThat(all(1)).hasSize(MAPPINGS);
        offer(second, 0);
        offer(second, 5);
        awaitStore("second");
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"NONE", "UNMAP_THROWS", "LOOKUP_THROWS", "ITERATION_STOPS_EARLY"})
    void a_new_store_that_fails_is_refused_until_it_is_offered_again(Defect defect) {
        fill(1, ENDPOINT);
        List<IommuSnapshot.Mapping> before = all(1);
        offer(first.with(defect, defect == Defect.OPEN_THROWS ? 0 : 5000), 0);
        Await.until(
                "the store is refused",
                () -> guest.status.snapshot().store().problem().contains("'first'"));
        Await.until(
                "the move has ended",
                () -> guest.status.snapshot().store().movingTo().isEmpty());
        assertThat(guest.status.snapshot().store().name()).isEqualTo("resident");
        assertThat(guest.status.snapshot().store().swaps()).isZero();
        assertThat(first.openTables()).isZero();
        assertThat(all(1)).isEqualTo(before);
        offer(first.with(Defect.NONE, 0), 0);
        awaitStore("first");
        assertThat(all(1)).isEqualTo(before);
    }

    @Test
    void what_changes_during_the_copy_is_in_the_new_store_too() throws InterruptedException {
        fill(1, ENDPOINT);
        fill(2, ENDPOINT + 1);
        guest.attach(3, ENDPOINT + 2);
        guest.attach(4, ENDPOINT + 3);
        guest.map(4, 0, PAGE - 1, DMA_MEMORY, MapFlags.READ);
        offer(first.withBarrier(6_000), 0);
        first.awaitBarrier();
        // Copied already, being copied, and not yet copied.
        for (long page : new long[] {10, 4090, 4096, 5999, 6000, 6001, 9000}) {
            guest.unmap(1, 2 * page * PAGE, 2 * page * PAGE + PAGE - 1);
            guest.map(1, 2 * page * PAGE, 2 * page * PAGE + 2 * PAGE - 1, DMA_MEMORY + 7 * PAGE, MapFlags.WRITE);
        }
        for (long page : new long[] {20, 4094, 5998, 6003, 9001}) {
            guest.unmap(1, 2 * page * PAGE, 2 * page * PAGE + PAGE - 1);
        }
        guest.unmap(2, 0, -1L);
        guest.map(2, 0, -1L, 0, MapFlags.READ);
        guest.map(3, 5 * PAGE, 6 * PAGE - 1, DMA_MEMORY, MapFlags.READ);
        guest.attach(5, ENDPOINT + 3);
        guest.map(5, 7 * PAGE, 8 * PAGE - 1, DMA_MEMORY, MapFlags.READ);
        guest.detach(3, ENDPOINT + 2);
        guest.attach(3, ENDPOINT + 2);
        guest.map(3, 9 * PAGE, 10 * PAGE - 1, DMA_MEMORY, MapFlags.READ);
        List<List<IommuSnapshot.Mapping>> expected = new ArrayList<>();
        for (int domain = 1; domain <= 5; domain++) {
            expected.add(all(domain));
        }
        first.release();
        awaitStore("first");
        for (int domain = 1; domain <= 5; domain++) {
            assertThat(all(domain)).as("domain %d", domain).isEqualTo(expected.get(domain - 1));
        }
        assertThat(first.openTables()).isEqualTo(4);
    }

    @Test
    void a_reset_during_the_copy_leaves_nothing() throws InterruptedException {
        fill(1, ENDPOINT);
        offer(first.withBarrier(100), 0);
        first.awaitBarrier();
        guest.reset();
        guest.start(guest.device.features());
        guest.attach(7, ENDPOINT);
        first.release();
        awaitStore("first");
        assertThat(guest.status.snapshot().domains())
                .containsExactly(new IommuSnapshot.Domain(7, false, 0, List.of(ENDPOINT)));
        assertThat(first.openTables()).isEqualTo(1);
    }

    @Test
    void a_target_that_goes_during_the_copy_is_let_go_and_the_old_store_stays() throws InterruptedException {
        fill(1, ENDPOINT);
        offer(first.withBarrier(100), 0);
        first.awaitBarrier();
        CompletableFuture<Void> gone = CompletableFuture.runAsync(() -> guest.stores.withdraw(first));
        first.release();
        gone.join();
        assertThat(first.openTables()).isZero();
        assertThat(guest.status.snapshot().store().name()).isEqualTo("resident");
        assertThat(all(1)).hasSize(MAPPINGS);
    }

    @Test
    void the_old_store_may_go_during_the_copy() throws InterruptedException {
        offer(first, 0);
        awaitStore("first");
        fill(1, ENDPOINT);
        offer(second.withBarrier(100), 1);
        second.awaitBarrier();
        CompletableFuture<Void> gone = CompletableFuture.runAsync(() -> guest.stores.withdraw(first));
        second.release();
        gone.join();
        assertThat(first.openTables()).isZero();
        awaitStore("second");
        assertThat(all(1)).hasSize(MAPPINGS);
    }

    @Test
    void of_two_stores_at_once_the_later_and_higher_one_wins() throws InterruptedException {
        fill(1, ENDPOINT);
        offer(first.withBarrier(100), 0);
        first.awaitBarrier();
        offer(second, 1);
        first.release();
        awaitStore("second");
        assertThat(first.openTables()).isZero();
        assertThat(guest.status.snapshot().store().swaps()).isEqualTo(1);
        assertThat(guest.status.snapshot().store().problem()).isEmpty();
        assertThat(all(1)).hasSize(MAPPINGS);
    }

    @Test
    void a_store_that_throws_on_a_request_is_left_and_the_request_is_DEVERR() {
        offer(first, 0);
        awaitStore("first");
        fill(1, ENDPOINT);
        List<IommuSnapshot.Mapping> before = all(1);
        first.with(Defect.MAP_THROWS, 0);
        assertThat(guest.map(1, 3 * PAGE, 4 * PAGE - 1, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.DEVERR);
        awaitStore("resident");
        assertThat(all(1)).isEqualTo(before);
        assertThat(guest.map(1, 3 * PAGE, 4 * PAGE - 1, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void a_store_that_throws_at_attach_attaches_nothing() {
        offer(first.with(Defect.OPEN_THROWS, 0), 0);
        awaitStore("first");
        assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.DEVERR);
        assertThat(guest.status.snapshot().domains()).isEmpty();
        awaitStore("resident");
        assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void a_store_that_throws_on_DMA_is_left_and_the_access_is_refused() throws AccessFault {
        offer(first, 0);
        awaitStore("first");
        fill(1, ENDPOINT);
        first.with(Defect.LOOKUP_THROWS, 0);
        try (DmaPort port = guest.port(ENDPOINT)) {
            assertThatThrownBy(() -> port.getInt(0)).isInstanceOf(AccessFault.class);
            awaitStore("resident");
            assertThat(port.getInt(0)).isZero();
        }
    }

    @Test
    void what_an_old_store_does_not_give_back_is_lost_and_said_so() {
        offer(first, 0);
        awaitStore("first");
        fill(1, ENDPOINT);
        first.with(Defect.ITERATION_STOPS_EARLY, 0);
        guest.stores.withdraw(first);
        IommuSnapshot.Store status = guest.status.snapshot().store();
        assertThat(status.name()).isEqualTo("resident");
        assertThat(status.problem()).contains("'first' lost mappings of 1 domains");
        assertThat(all(1)).hasSize(2);
        assertThat(guest.map(1, 4 * PAGE, 5 * PAGE - 1, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void an_old_store_that_does_not_give_its_mappings_back_is_not_left_while_it_is_there() throws AccessFault {
        offer(first, 0);
        awaitStore("first");
        fill(1, ENDPOINT);
        first.with(Defect.ITERATION_STOPS_EARLY, 0);
        offer(second, 1);
        Await.until(
                "the move has failed",
                () -> guest.status.snapshot().store().problem().contains("'second'"));
        assertThat(guest.status.snapshot().store().name()).isEqualTo("first");
        assertThat(second.openTables()).isZero();
        try (DmaPort port = guest.port(ENDPOINT)) {
            assertThat(port.getInt(2 * 9000 * PAGE)).isZero();
        }
        first.with(Defect.NONE, 0);
        offer(second, 1);
        awaitStore("second");
        assertThat(all(1)).hasSize(MAPPINGS);
    }

    @Test
    void what_a_port_remembers_goes_with_the_store_that_has_lost_it() throws AccessFault {
        offer(first, 0);
        awaitStore("first");
        fill(1, ENDPOINT);
        try (DmaPort port = guest.port(ENDPOINT)) {
            assertThat(port.getInt(4 * PAGE)).isEqualTo(port.getInt(4 * PAGE));
            first.with(Defect.ITERATION_STOPS_EARLY, 0);
            guest.stores.withdraw(first);
            assertThat(all(1)).hasSize(2);
            assertThatThrownBy(() -> port.getInt(4 * PAGE)).isInstanceOf(AccessFault.class);
        }
    }

    @Test
    void what_was_translated_before_stays_good() throws AccessFault {
        fill(1, ENDPOINT);
        try (DmaPort port = guest.port(ENDPOINT)) {
            port.putInt(0, 1);
            offer(first, 0);
            awaitStore("first");
            port.putInt(0, 2);
            guest.unmap(1, 0, PAGE - 1);
            assertThatThrownBy(() -> port.putInt(0, 3)).isInstanceOf(AccessFault.class);
        }
    }

    /** Maps every other page. */
    private void fill(int domain, int endpoint) {
        assertThat(guest.attach(domain, endpoint)).isEqualTo(RequestStatus.OK);
        for (int i = 0; i < MAPPINGS; i++) {
            long start = 2 * i * PAGE;
            assertThat(guest.map(domain, start, start + PAGE - 1, DMA_MEMORY + i % 3000 * PAGE, READ_WRITE))
                    .isEqualTo(RequestStatus.OK);
        }
    }

    private void offer(TestStore store, int ranking) {
        guest.stores.offer(store, Map.of("service.ranking", ranking));
    }

    private void awaitStore(String name) {
        Await.until(
                name + " is used", () -> guest.status.snapshot().store().name().equals(name));
    }

    private List<IommuSnapshot.Mapping> all(int domain) {
        return Mappings.all(guest.status, domain);
    }
}
