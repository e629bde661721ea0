// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.UnmapLayout;

/** The numbered examples are those of virtio 1.4, 5.13.6.6, in pages instead of bytes. */
class UnmapTest {
    private final TestGuest guest = new TestGuest();

    @BeforeEach
    void attach() {
        guest.attach(1, ENDPOINT);
    }

    @AfterEach
    void close() {
        guest.close();
    }

    @Test
    void D36_example_1_nothing_mapped() {
        assertThat(unmap(0, 4)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void D36_example_2_exactly_one_mapping() {
        map(0, 9);
        assertThat(unmap(0, 9)).isEqualTo(RequestStatus.OK);
        assertThat(left()).isEmpty();
    }

    @Test
    void D36_example_3_two_mappings_at_once() {
        map(0, 4);
        map(5, 9);
        assertThat(unmap(0, 9)).isEqualTo(RequestStatus.OK);
        assertThat(left()).isEmpty();
    }

    @Test
    void D35_example_4_a_part_of_a_mapping() {
        map(0, 9);
        assertThat(unmap(0, 4)).isEqualTo(RequestStatus.RANGE);
        assertThat(left()).containsExactly("0-9");
    }

    @Test
    void D36_example_5_the_first_of_two() {
        map(0, 4);
        map(5, 9);
        assertThat(unmap(0, 4)).isEqualTo(RequestStatus.OK);
        assertThat(left()).containsExactly("5-9");
    }

    @Test
    void D36_example_6_more_than_is_mapped() {
        map(0, 4);
        assertThat(unmap(0, 9)).isEqualTo(RequestStatus.OK);
        assertThat(left()).isEmpty();
    }

    @Test
    void D36_example_7_over_a_hole() {
        map(0, 4);
        map(10, 14);
        assertThat(unmap(0, 14)).isEqualTo(RequestStatus.OK);
        assertThat(left()).isEmpty();
    }

    @Test
    void D35_an_unmap_that_would_split_the_last_mapping_removes_nothing() {
        map(0, 4);
        map(10, 19);
        assertThat(unmap(0, 14)).isEqualTo(RequestStatus.RANGE);
        assertThat(left()).containsExactly("0-4", "10-19");
    }

    @Test
    void D35_an_unmap_that_would_split_the_first_mapping_removes_nothing() {
        map(0, 9);
        map(10, 19);
        assertThat(unmap(5, 20)).isEqualTo(RequestStatus.RANGE);
        assertThat(unmap(3, 5)).isEqualTo(RequestStatus.RANGE);
        assertThat(left()).containsExactly("0-9", "10-19");
    }

    @Test
    void the_whole_address_space_clears_the_domain() {
        map(0, 9);
        map(100, 100);
        assertThat(guest.unmap(1, 0, -1L)).isEqualTo(RequestStatus.OK);
        assertThat(left()).isEmpty();
    }

    @Test
    void unaligned_bounds_are_no_error() {
        map(1, 1);
        assertThat(guest.unmap(1, 0x801, 0x2345)).isEqualTo(RequestStatus.OK);
        assertThat(left()).isEmpty();
    }

    @Test
    void D32_reserved_not_zero_is_INVAL_and_removes_nothing() {
        map(0, 0);
        assertThat(guest.send(TestGuest.unmapRequest(1, 0, 0xfff).putInt(UnmapLayout.RESERVED, 1))
                        .status())
                .isEqualTo(RequestStatus.INVAL);
        assertThat(left()).containsExactly("0-0");
    }

    @Test
    void D33_an_unknown_domain_is_NOENT() {
        assertThat(guest.unmap(2, 0, 0xfff)).isEqualTo(RequestStatus.NOENT);
    }

    @Test
    void D34_a_bypass_domain_is_INVAL() {
        guest.attachBypass(2, ENDPOINT + 1);
        assertThat(guest.unmap(2, 0, 0xfff)).isEqualTo(RequestStatus.INVAL);
    }

    @Test
    void an_end_below_the_start_is_INVAL() {
        assertThat(guest.unmap(1, 0x1000, 0xfff)).isEqualTo(RequestStatus.INVAL);
    }

    private void map(long firstPage, long lastPage) {
        assertThat(guest.map(1, firstPage << 12, (lastPage << 12) + 0xfff, DMA_MEMORY, MapFlags.READ))
                .isEqualTo(RequestStatus.OK);
    }

    private RequestStatus unmap(long firstPage, long lastPage) {
        return guest.unmap(1, firstPage << 12, (lastPage << 12) + 0xfff);
    }

    private Iterable<String> left() {
        return guest.status.mappings(1, 0, 100).stream().map(UnmapTest::pages).toList();
    }

    private static String pages(IommuSnapshot.Mapping mapping) {
        return (mapping.start() >>> 12) + "-" + (mapping.end() >>> 12);
    }
}
