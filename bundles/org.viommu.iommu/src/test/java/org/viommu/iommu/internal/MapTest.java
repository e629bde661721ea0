// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.topology.ReservedRegion;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

class MapTest {
    private static final int READ_WRITE = MapFlags.READ | MapFlags.WRITE;
    private static final Quotas PLENTY = new Quotas(100, 100, 100);

    @Test
    void D26_what_is_not_aligned_to_the_granule_is_RANGE() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0x800, 0x1fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.RANGE);
            assertThat(guest.map(1, 0x1000, 0x1ffe, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.RANGE);
            assertThat(guest.map(1, 0x1000, 0x1fff, DMA_MEMORY + 1, READ_WRITE)).isEqualTo(RequestStatus.RANGE);
            assertThat(guest.map(1, 0x1000, 0x1000, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.RANGE);
            assertThat(guest.status.mappings(1, 0, 10)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0x1000, 0x2000, 0x4000, 0x10000})
    void D26_each_granule_is_the_unit(long granule) {
        try (TestGuest guest = new TestGuest(TestGuest.settings(granule))) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, granule, 2 * granule - 1, granule, READ_WRITE))
                    .isEqualTo(RequestStatus.OK);
            assertThat(guest.map(1, 4 * granule, 4 * granule + granule / 2 - 1, granule, READ_WRITE))
                    .isEqualTo(RequestStatus.RANGE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {0x10000, 0x10fff, 0x11000, 0x11fff, 0x13000, 0x13fff, 0x0, 0xffff, 0x12000, 0x12fff, 0x0, 0xfffff})
    void D27_an_overlap_in_any_way_is_INVAL_and_changes_nothing(long address) {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            guest.map(1, 0x10000, 0x13fff, DMA_MEMORY, READ_WRITE);
            long start = address & -0x1000;
            long end = address | 0xfff;
            RequestStatus expected = end < 0x10000 || start > 0x13fff ? RequestStatus.OK : RequestStatus.INVAL;
            assertThat(guest.map(1, start, end, DMA_MEMORY, MapFlags.READ)).isEqualTo(expected);
            assertThat(guest.status.mappings(1, 0x10000, 10))
                    .startsWith(new IommuSnapshot.Mapping(0x10000, 0x13fff, DMA_MEMORY, READ_WRITE));
        }
    }

    @Test
    void D27_the_same_mapping_again_is_INVAL() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            guest.map(1, 0x1000, 0x1fff, DMA_MEMORY, READ_WRITE);
            assertThat(guest.map(1, 0x1000, 0x1fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void D28_an_unknown_flag_is_INVAL() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0, 0xfff, DMA_MEMORY, 8)).isEqualTo(RequestStatus.INVAL);
            assertThat(guest.map(1, 0, 0xfff, DMA_MEMORY, 0x80000001)).isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void D28_the_MMIO_flag_is_known_only_if_MMIO_was_negotiated() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0, 0xfff, DMA_MEMORY, MapFlags.ALL)).isEqualTo(RequestStatus.OK);
            guest.reset();
            guest.start(guest.device.features() & ~IommuFeatures.MMIO);
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0, 0xfff, DMA_MEMORY, MapFlags.ALL)).isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void D29_an_unknown_domain_is_NOENT() {
        try (TestGuest guest = new TestGuest()) {
            assertThat(guest.map(1, 0, 0xfff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.NOENT);
        }
    }

    @Test
    void D30_a_bypass_domain_is_INVAL() {
        try (TestGuest guest = new TestGuest()) {
            guest.attachBypass(1, ENDPOINT);
            assertThat(guest.map(1, 0, 0xfff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void D48_a_reserved_region_of_an_attached_endpoint_is_INVAL() {
        ReservedRegion msi = new ReservedRegion(0xfee00000L, 0xfeefffffL, ReservedRegion.Kind.MSI);
        IommuSettings settings = TestGuest.settings(0x1000, -1L, List.of(msi), PLENTY);
        try (TestGuest guest = new TestGuest(settings)) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0xfee00000L, 0xfee00fffL, DMA_MEMORY, READ_WRITE))
                    .isEqualTo(RequestStatus.INVAL);
            assertThat(guest.map(1, 0xfeeff000L, 0xfef00fffL, DMA_MEMORY, READ_WRITE))
                    .isEqualTo(RequestStatus.INVAL);
            assertThat(guest.map(1, 0, -1L, 0, READ_WRITE)).isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void the_identity_mappings_of_Linux_around_the_MSI_window_are_accepted() {
        ReservedRegion msi = new ReservedRegion(0xfee00000L, 0xfeefffffL, ReservedRegion.Kind.MSI);
        IommuSettings settings = TestGuest.settings(0x1000, -1L, List.of(msi), PLENTY);
        try (TestGuest guest = new TestGuest(settings)) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0, 0xfedfffffL, 0, READ_WRITE)).isEqualTo(RequestStatus.OK);
            assertThat(guest.map(1, 0xfef00000L, -1L, 0xfef00000L, READ_WRITE)).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void the_whole_address_space_is_one_mapping() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0, -1L, 0, READ_WRITE)).isEqualTo(RequestStatus.OK);
            assertThat(guest.map(1, -0x1000L, -1L, 0, READ_WRITE)).isEqualTo(RequestStatus.INVAL);
            assertThat(guest.unmap(1, 0, -1L)).isEqualTo(RequestStatus.OK);
            assertThat(guest.map(1, -0x1000L, -1L, 0, READ_WRITE)).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void an_end_below_the_start_is_INVAL() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0x2000, 0x1fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.INVAL);
            assertThat(guest.map(1, -0x1000L, 0xfff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void what_lies_outside_the_input_range_is_RANGE() {
        IommuSettings settings = TestGuest.settings(0x1000, 0x7f_ffff_ffffL, List.of(), PLENTY);
        try (TestGuest guest = new TestGuest(settings)) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0x7f_ffff_f000L, 0x7f_ffff_ffffL, DMA_MEMORY, READ_WRITE))
                    .isEqualTo(RequestStatus.OK);
            assertThat(guest.map(1, 0x80_0000_0000L, 0x80_0000_0fffL, DMA_MEMORY, READ_WRITE))
                    .isEqualTo(RequestStatus.RANGE);
            assertThat(guest.map(1, 0, -1L, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.RANGE);
        }
    }

    @Test
    void a_physical_range_that_wraps_is_RANGE() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0, 0x1fff, -0x1000L, READ_WRITE)).isEqualTo(RequestStatus.RANGE);
            assertThat(guest.map(1, 0, 0xfff, -0x1000L, READ_WRITE)).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void physical_addresses_outside_memory_are_accepted() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0, 0xfff, 1L << 50, READ_WRITE)).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void a_mapping_without_flags_occupies_its_range() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.map(1, 0, 0xfff, DMA_MEMORY, 0)).isEqualTo(RequestStatus.OK);
            assertThat(guest.map(1, 0, 0xfff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void mappings_beyond_the_quota_are_NOMEM_and_overlaps_still_INVAL() {
        IommuSettings settings = TestGuest.settings(0x1000, -1L, List.of(), new Quotas(10, 10, 2));
        try (TestGuest guest = new TestGuest(settings)) {
            guest.attach(1, ENDPOINT);
            guest.map(1, 0x1000, 0x1fff, DMA_MEMORY, READ_WRITE);
            guest.map(1, 0x2000, 0x2fff, DMA_MEMORY, READ_WRITE);
            assertThat(guest.map(1, 0x3000, 0x3fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.NOMEM);
            assertThat(guest.map(1, 0x2000, 0x3fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.INVAL);
            guest.unmap(1, 0x1000, 0x1fff);
            assertThat(guest.map(1, 0x3000, 0x3fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.OK);
        }
    }
}
