// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.topology.Topology;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/** A device whose store records it, and its successor in another process. */
class RecordingTest {
    private static final long PAGE = 0x1000;
    private static final IommuSnapshot.Mapping MAPPING =
            new IommuSnapshot.Mapping(0x10000, 0x10fff, DMA_MEMORY, MapFlags.READ);

    private final RecordingTestStore store = new RecordingTestStore();
    private final TestGuest guest = new TestGuest(TestGuest.settings(PAGE), store);
    private StoreKeeper stores;
    private IommuDevice device;

    @BeforeEach
    void use() {
        guest.attach(1, ENDPOINT);
        guest.attachBypass(2, ENDPOINT + 1);
        guest.attach(3, ENDPOINT + 2);
        guest.map(1, MAPPING.start(), MAPPING.end(), MAPPING.physical(), MAPPING.flags());
        guest.map(1, 0x20000, 0x20fff, DMA_MEMORY, MapFlags.READ);
        guest.unmap(1, 0x20000, 0x20fff);
        guest.detach(3, ENDPOINT + 2);
        guest.device.config().write(IommuConfigLayout.BYPASS, 0, IommuFeatures.BYPASS_CONFIG);
    }

    @AfterEach
    void close() {
        guest.close();
        if (device != null) {
            device.close();
        }
    }

    @Test
    void a_batch_is_committed_once_before_it_is_answered() {
        int before = store.commits;
        guest.map(1, 0x30000, 0x30fff, DMA_MEMORY, MapFlags.READ);
        assertThat(store.commits).isEqualTo(before + 1);
    }

    @Test
    void a_successor_serves_the_same_domains_mappings_and_bypass() {
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), store.crash());
        assertContinues();
    }

    @Test
    void a_store_that_appears_after_the_device_is_taken_over_as_it_is() {
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()));
        stores.offer(store.crash(), Map.of());
        assertContinues();
    }

    @Test
    void what_is_kept_waits_for_the_topology() {
        succeed(TestGuest.settings(PAGE), Topology.EMPTY, store.crash());
        assertThat(snapshot().domains()).isEmpty();
        device.direct(TestGuest.topology(List.of()));
        assertContinues();
    }

    @Test
    void a_driver_that_starts_begins_without_domains_and_that_is_recorded() {
        RecordingTestStore next = store.crash();
        TestGuest other = new TestGuest(TestGuest.settings(PAGE), next);
        assertThat(other.status.snapshot().domains()).isEmpty();
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), next.crash());
        assertThat(snapshot().domains()).isEmpty();
        other.close();
    }

    @Test
    void a_reset_of_the_machine_begins_without_domains_and_with_the_configured_bypass() {
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), store.crash());
        device.systemReset();
        assertThat(snapshot().domains()).isEmpty();
        assertThat(snapshot().bypass()).isTrue();
    }

    @Test
    void a_device_with_another_granule_does_not_continue() {
        succeed(TestGuest.settings(0x10000), TestGuest.topology(List.of()), store.crash());
        assertThat(snapshot().domains()).isEmpty();
    }

    @Test
    void a_saved_state_that_does_not_fit_leaves_what_is_in_force() {
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), store.crash());
        refuseStateOfAnotherGranule();
        assertContinues();
    }

    @Test
    void a_saved_state_that_does_not_fit_leaves_what_waits_for_the_topology() {
        succeed(TestGuest.settings(PAGE), Topology.EMPTY, store.crash());
        refuseStateOfAnotherGranule();
        device.direct(TestGuest.topology(List.of()));
        assertContinues();
    }

    @Test
    void a_saved_state_that_fits_takes_the_place_of_what_is_kept() {
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), store.crash());
        try (TestGuest other = new TestGuest(TestGuest.settings(PAGE))) {
            other.attach(5, ENDPOINT);
            device.restoreState(other.device.saveState());
        }
        assertThat(snapshot().domains()).containsExactly(new IommuSnapshot.Domain(5, false, 0, List.of(ENDPOINT)));
    }

    @Test
    void a_device_that_moves_to_another_store_is_forgotten() {
        guest.stores.offer(new TestStore("other"), Map.of("service.ranking", 1));
        Await.until(
                "the device has moved",
                () -> guest.status.snapshot().store().name().equals("other"));
        assertThat(store.keeps()).isFalse();
        assertThat(store.open).isFalse();
        assertThat(guest.status.mappings(1, 0, 10)).containsExactly(MAPPING);
    }

    @Test
    void a_device_that_moves_to_a_recording_store_is_recorded_wholly() {
        RecordingTestStore next = new RecordingTestStore();
        guest.stores.offer(next, Map.of("service.ranking", 1));
        Await.until("the device is recorded", next::keeps);
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), next.crash());
        assertContinues();
    }

    @Test
    void a_device_that_ends_leaves_its_record() {
        RecordingTestStore next = store.crash();
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), next);
        device.close();
        assertThat(next.open).isFalse();
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), next.crash());
        assertContinues();
    }

    @Test
    void what_cannot_be_read_stays_and_is_taken_over_when_it_can() {
        RecordingTestStore next = store.crash();
        next.unreadable = "1 of at least 2 members are there";
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), next);
        awaitUnread("1 of at least 2 members are there");
        assertThat(next.keeps()).isTrue();
        assertThat(next.commits).isZero();
        next.unreadable = null;
        assertContinues();
        Await.until("all is well", () -> snapshot().store().problem().isEmpty());
    }

    @Test
    void tables_that_cannot_be_read_stay_and_are_taken_over_when_they_can() {
        RecordingTestStore next = store.crash();
        next.unreadableTables = "page 7 is damaged";
        succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), next);
        awaitUnread("page 7 is damaged");
        assertThat(snapshot().bypass()).isTrue();
        assertThat(next.keeps()).isTrue();
        next.unreadableTables = null;
        assertContinues();
        Await.until("all is well", () -> snapshot().store().problem().isEmpty());
    }

    @Test
    void a_driver_that_starts_takes_the_place_of_what_cannot_be_read() {
        RecordingTestStore next = store.crash();
        next.unreadable = "page 7 is damaged";
        try (TestGuest other = new TestGuest(TestGuest.settings(PAGE), next)) {
            other.attach(5, ENDPOINT);
            Await.until(
                    "the device is in the store",
                    () -> other.status.snapshot().store().problem().isEmpty());
            succeed(TestGuest.settings(PAGE), TestGuest.topology(List.of()), next.crash());
        }
        assertThat(snapshot().domains()).containsExactly(new IommuSnapshot.Domain(5, false, 0, List.of(ENDPOINT)));
    }

    @Test
    void a_device_does_not_begin_in_a_store_that_does_not_open_its_record() {
        RecordingTestStore unusable = new RecordingTestStore();
        unusable.unusable = "/kept: is damaged";
        TestGuest other = new TestGuest(TestGuest.settings(PAGE), unusable, new TestStore("next"));
        assertThat(other.attach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
        assertThat(other.status.snapshot().store().name()).isEqualTo("next");
        assertThat(other.status.snapshot().store().problem())
                .isEqualTo("store 'recording' is not used: /kept: is damaged");
        unusable.unusable = null;
        Await.until("the store is used when it can be", unusable::keeps);
        other.close();
    }

    @Test
    void a_device_at_work_does_not_move_into_a_store_that_does_not_open_its_record() {
        RecordingTestStore unusable = new RecordingTestStore();
        unusable.unusable = "/kept: is damaged";
        TestGuest other = new TestGuest(TestGuest.settings(PAGE), new TestStore("first"));
        other.stores.offer(unusable, Map.of("service.ranking", 1));
        Await.until(
                "operators are told",
                () -> other.status.snapshot().store().problem().endsWith("/kept: is damaged"));
        assertThat(other.status.snapshot().store().name()).isEqualTo("first");
        assertThat(other.status.snapshot().store().swaps()).isZero();
        other.close();
    }

    @Test
    void operators_see_the_problem_of_the_store() {
        store.problem = "disk full";
        assertThat(guest.status.snapshot().store().problem()).isEqualTo("disk full");
    }

    private void succeed(IommuSettings settings, Topology topology, RecordingTestStore... offered) {
        stores = new StoreKeeper(settings.qualifiedName());
        for (RecordingTestStore each : offered) {
            stores.offer(each, Map.of());
        }
        device = new IommuDevice(settings, topology, stores, new ProbeExtensions());
    }

    private void awaitUnread(String reason) {
        Await.until(
                "the device has left the store", () -> snapshot().store().name().equals("resident"));
        assertThat(snapshot().store().problem()).isEqualTo("store 'recording' is not used: " + reason);
        assertThat(snapshot().domains()).isEmpty();
    }

    private void refuseStateOfAnotherGranule() {
        try (TestGuest other = new TestGuest(TestGuest.settings(0x10000))) {
            byte[] state = other.device.saveState();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> device.restoreState(state))
                    .withMessageContaining("granule was 0x10000, is 0x1000");
        }
    }

    private IommuSnapshot snapshot() {
        return new StatusReader(device).snapshot();
    }

    private void assertContinues() {
        // The bypass comes last. A device that continues has no more to come.
        Await.until("the device continues", () -> !snapshot().bypass());
        assertThat(snapshot().domains())
                .containsExactly(
                        new IommuSnapshot.Domain(1, false, 1, List.of(ENDPOINT)),
                        new IommuSnapshot.Domain(2, true, 0, List.of(ENDPOINT + 1)));
        assertThat(new StatusReader(device).mappings(1, 0, 10)).containsExactly(MAPPING);
    }
}
