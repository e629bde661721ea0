// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viommu.iommu.internal.SwapFixture.MAPPINGS;
import static org.viommu.iommu.internal.SwapFixture.PAGE;
import static org.viommu.iommu.internal.SwapFixture.READ_WRITE;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.internal.TestStore.Defect;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.RequestStatus;

/** Stores that do not do what they should. */
class SwapFailureTest {
    private final SwapFixture fixture = new SwapFixture();
    private final TestGuest guest = fixture.guest;
    private final TestStore first = fixture.first;
    private final TestStore second = fixture.second;

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"NONE", "UNMAP_THROWS", "LOOKUP_THROWS", "ITERATION_STOPS_EARLY"})
    void a_new_store_that_fails_is_refused_until_it_is_offered_again(Defect defect) {
        fixture.fill(1, ENDPOINT);
        List<IommuSnapshot.Mapping> before = fixture.all(1);
        fixture.offer(first.with(defect, defect == Defect.OPEN_THROWS ? 0 : 5000), 0);
        Await.until("the store is refused", () -> fixture.store().problem().contains("'first'"));
        Await.until("the move has ended", () -> fixture.store().movingTo().isEmpty());
        assertThat(fixture.store().name()).isEqualTo("resident");
        assertThat(fixture.store().swaps()).isZero();
        assertThat(first.openTables()).isZero();
        assertThat(fixture.all(1)).isEqualTo(before);
        fixture.offer(first.with(Defect.NONE, 0), 0);
        fixture.awaitStore("first");
        assertThat(fixture.all(1)).isEqualTo(before);
    }

    @Test
    void a_store_that_throws_on_a_request_is_left_and_the_request_is_DEVERR() {
        fixture.offer(first, 0);
        fixture.awaitStore("first");
        fixture.fill(1, ENDPOINT);
        List<IommuSnapshot.Mapping> before = fixture.all(1);
        first.with(Defect.MAP_THROWS, 0);
        assertThat(guest.map(1, 3 * PAGE, 4 * PAGE - 1, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.DEVERR);
        fixture.awaitStore("resident");
        assertThat(fixture.all(1)).isEqualTo(before);
        assertThat(guest.map(1, 3 * PAGE, 4 * PAGE - 1, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void a_store_that_throws_at_attach_attaches_nothing() {
        fixture.offer(first.with(Defect.OPEN_THROWS, 0), 0);
        fixture.awaitStore("first");
        assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.DEVERR);
        assertThat(guest.status.snapshot().domains()).isEmpty();
        fixture.awaitStore("resident");
        assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void a_store_that_throws_on_DMA_is_left_and_the_access_is_refused() throws AccessFault {
        fixture.offer(first, 0);
        fixture.awaitStore("first");
        fixture.fill(1, ENDPOINT);
        first.with(Defect.LOOKUP_THROWS, 0);
        try (DmaPort port = guest.port(ENDPOINT)) {
            assertThatThrownBy(() -> port.getInt(0)).isInstanceOf(AccessFault.class);
            fixture.awaitStore("resident");
            assertThat(port.getInt(0)).isZero();
        }
    }

    @Test
    void what_an_old_store_does_not_give_back_is_lost_and_said_so() {
        fixture.offer(first, 0);
        fixture.awaitStore("first");
        fixture.fill(1, ENDPOINT);
        first.with(Defect.ITERATION_STOPS_EARLY, 0);
        guest.stores.withdraw(first);
        IommuSnapshot.Store status = fixture.store();
        assertThat(status.name()).isEqualTo("resident");
        assertThat(status.problem()).contains("'first' lost mappings of 1 domains");
        assertThat(fixture.all(1)).hasSize(2);
        assertThat(guest.map(1, 4 * PAGE, 5 * PAGE - 1, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void an_old_store_that_does_not_give_its_mappings_back_is_not_left_while_it_is_there() throws AccessFault {
        fixture.offer(first, 0);
        fixture.awaitStore("first");
        fixture.fill(1, ENDPOINT);
        first.with(Defect.ITERATION_STOPS_EARLY, 0);
        fixture.offer(second, 1);
        Await.until("the move has failed", () -> fixture.store().problem().contains("'second'"));
        assertThat(fixture.store().name()).isEqualTo("first");
        assertThat(second.openTables()).isZero();
        try (DmaPort port = guest.port(ENDPOINT)) {
            assertThat(port.getInt(2 * 9000 * PAGE)).isZero();
        }
        first.with(Defect.NONE, 0);
        fixture.offer(second, 1);
        fixture.awaitStore("second");
        assertThat(fixture.all(1)).hasSize(MAPPINGS);
    }

    @Test
    void what_a_port_remembers_goes_with_the_store_that_has_lost_it() throws AccessFault {
        fixture.offer(first, 0);
        fixture.awaitStore("first");
        fixture.fill(1, ENDPOINT);
        try (DmaPort port = guest.port(ENDPOINT)) {
            assertThat(port.getInt(4 * PAGE)).isEqualTo(port.getInt(4 * PAGE));
            first.with(Defect.ITERATION_STOPS_EARLY, 0);
            guest.stores.withdraw(first);
            assertThat(fixture.all(1)).hasSize(2);
            assertThatThrownBy(() -> port.getInt(4 * PAGE)).isInstanceOf(AccessFault.class);
        }
    }
}
