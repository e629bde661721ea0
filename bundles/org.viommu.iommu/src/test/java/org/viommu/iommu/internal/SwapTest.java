// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viommu.iommu.internal.SwapFixture.MAPPINGS;
import static org.viommu.iommu.internal.SwapFixture.PAGE;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/** Which store is used, and what a move takes along. */
class SwapTest {
    private final SwapFixture fixture = new SwapFixture();
    private final TestGuest guest = fixture.guest;
    private final TestStore first = fixture.first;
    private final TestStore second = fixture.second;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void a_store_that_is_offered_takes_all_mappings_over() {
        fixture.fill(1, ENDPOINT);
        fixture.fill(2, ENDPOINT + 1);
        guest.attachBypass(3, ENDPOINT + 2);
        guest.map(1, -PAGE, -1L, DMA_MEMORY, MapFlags.WRITE);
        List<IommuSnapshot.Mapping> before = fixture.all(1);
        fixture.offer(first, 0);
        fixture.awaitStore("first");
        assertThat(fixture.all(1)).isEqualTo(before);
        assertThat(fixture.all(2)).hasSize(MAPPINGS);
        IommuSnapshot.Store status = fixture.store();
        assertThat(status.swaps()).isEqualTo(1);
        assertThat(status.lastMappings()).isEqualTo(2 * MAPPINGS + 1);
        assertThat(status.lastPauseNanos()).isPositive();
        assertThat(status.problem()).isEmpty();
        assertThat(first.openTables()).isEqualTo(2);
        assertThat(guest.unmap(1, 0, -1L)).isEqualTo(RequestStatus.OK);
        assertThat(fixture.all(1)).isEmpty();
    }

    @Test
    void a_device_without_a_driver_moves_too() {
        guest.reset();
        fixture.offer(first, 0);
        fixture.awaitStore("first");
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
        fixture.offer(first, 0);
        fixture.awaitStore("first");
        fixture.fill(1, ENDPOINT);
        List<IommuSnapshot.Mapping> before = fixture.all(1);
        guest.stores.withdraw(first);
        assertThat(first.openTables()).isZero();
        assertThat(fixture.store().name()).isEqualTo("resident");
        assertThat(fixture.all(1)).isEqualTo(before);
    }

    @Test
    void the_highest_ranking_store_is_used_and_the_next_one_when_it_goes() {
        fixture.fill(1, ENDPOINT);
        fixture.offer(first, 1);
        fixture.awaitStore("first");
        fixture.offer(second, 2);
        fixture.awaitStore("second");
        assertThat(first.openTables()).isZero();
        guest.stores.withdraw(second);
        assertThat(fixture.store().name()).isEqualTo("first");
        assertThat(fixture.all(1)).hasSize(MAPPINGS);
        fixture.offer(second, 0);
        fixture.offer(second, 5);
        fixture.awaitStore("second");
    }

    @Test
    void what_was_translated_before_stays_good() throws AccessFault {
        fixture.fill(1, ENDPOINT);
        try (DmaPort port = guest.port(ENDPOINT)) {
            port.putInt(0, 1);
            fixture.offer(first, 0);
            fixture.awaitStore("first");
            port.putInt(0, 2);
            guest.unmap(1, 0, PAGE - 1);
            assertThatThrownBy(() -> port.putInt(0, 3)).isInstanceOf(AccessFault.class);
        }
    }
}
