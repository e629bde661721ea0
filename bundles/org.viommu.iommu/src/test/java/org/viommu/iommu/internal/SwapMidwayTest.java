// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.SwapFixture.MAPPINGS;
import static org.viommu.iommu.internal.SwapFixture.PAGE;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.virtio.iommu.MapFlags;

/** What happens in the middle of a copy. */
class SwapMidwayTest {
    private final SwapFixture fixture = new SwapFixture();
    private final TestGuest guest = fixture.guest;
    private final TestStore first = fixture.first;
    private final TestStore second = fixture.second;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void what_changes_during_the_copy_is_in_the_new_store_too() throws InterruptedException {
        fixture.fill(1, ENDPOINT);
        fixture.fill(2, ENDPOINT + 1);
        guest.attach(3, ENDPOINT + 2);
        guest.attach(4, ENDPOINT + 3);
        guest.map(4, 0, PAGE - 1, DMA_MEMORY, MapFlags.READ);
        fixture.offer(first.withBarrier(6_000), 0);
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
            expected.add(fixture.all(domain));
        }
        first.release();
        fixture.awaitStore("first");
        for (int domain = 1; domain <= 5; domain++) {
            assertThat(fixture.all(domain)).as("domain %d", domain).isEqualTo(expected.get(domain - 1));
        }
        assertThat(first.openTables()).isEqualTo(4);
    }

    @Test
    void a_reset_during_the_copy_leaves_nothing() throws InterruptedException {
        fixture.fill(1, ENDPOINT);
        fixture.offer(first.withBarrier(100), 0);
        first.awaitBarrier();
        guest.reset();
        guest.start(guest.device.features());
        guest.attach(7, ENDPOINT);
        first.release();
        fixture.awaitStore("first");
        assertThat(guest.status.snapshot().domains())
                .containsExactly(new IommuSnapshot.Domain(7, false, 0, List.of(ENDPOINT)));
        assertThat(first.openTables()).isEqualTo(1);
    }

    @Test
    void a_target_that_goes_during_the_copy_is_let_go_and_the_old_store_stays() throws InterruptedException {
        fixture.fill(1, ENDPOINT);
        fixture.offer(first.withBarrier(100), 0);
        first.awaitBarrier();
        CompletableFuture<Void> gone = CompletableFuture.runAsync(() -> guest.stores.withdraw(first));
        first.release();
        gone.join();
        assertThat(first.openTables()).isZero();
        assertThat(fixture.store().name()).isEqualTo("resident");
        assertThat(fixture.all(1)).hasSize(MAPPINGS);
    }

    @Test
    void the_old_store_may_go_during_the_copy() throws InterruptedException {
        fixture.offer(first, 0);
        fixture.awaitStore("first");
        fixture.fill(1, ENDPOINT);
        fixture.offer(second.withBarrier(100), 1);
        second.awaitBarrier();
        CompletableFuture<Void> gone = CompletableFuture.runAsync(() -> guest.stores.withdraw(first));
        second.release();
        gone.join();
        assertThat(first.openTables()).isZero();
        fixture.awaitStore("second");
        assertThat(fixture.all(1)).hasSize(MAPPINGS);
    }

    @Test
    void of_two_stores_at_once_the_later_and_higher_one_wins() throws InterruptedException {
        fixture.fill(1, ENDPOINT);
        fixture.offer(first.withBarrier(100), 0);
        first.awaitBarrier();
        fixture.offer(second, 1);
        first.release();
        fixture.awaitStore("second");
        assertThat(first.openTables()).isZero();
        assertThat(fixture.store().swaps()).isEqualTo(1);
        assertThat(fixture.store().problem()).isEmpty();
        assertThat(fixture.all(1)).hasSize(MAPPINGS);
    }
}
