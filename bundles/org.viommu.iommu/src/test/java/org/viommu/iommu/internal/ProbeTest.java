// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;
import static org.viommu.iommu.internal.TestGuest.NO_ENDPOINT;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.ProbeExtension;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.virtio.iommu.ProbeLayout;
import org.viommu.virtio.iommu.PropertyLayout;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtio.iommu.ReservedMemoryLayout;

class ProbeTest {
    private static final int SIZE = ReservedRegions.PROBE_SIZE;
    private static final int WHOLE = SIZE + RequestLayout.TAIL_SIZE;
    private static final List<ReservedRegion> REGIONS =
            List.of(new ReservedRegion(0x1000, 0x1fff, Kind.RESERVED), new ReservedRegion(-0x2000L, -1L, Kind.MSI));

    @Test
    void D40_to_D45_properties_have_their_length_without_the_head_and_no_reserved_bits() {
        try (TestGuest guest = guest(REGIONS)) {
            TestGuest.Answer answer = guest.probe(ENDPOINT, WHOLE);
            assertThat(answer.usedLength()).isEqualTo(WHOLE);
            assertThat(answer.writable().getInt(SIZE)).isEqualTo(RequestStatus.OK.value());
            ByteBuffer properties = answer.writable();
            checkRegion(properties, 0, 0x1000, 0x1fff, ReservedMemoryLayout.RESERVED);
            checkRegion(properties, ReservedMemoryLayout.SIZE, -0x2000L, -1L, ReservedMemoryLayout.MSI);
        }
    }

    @Test
    void D44_the_rest_of_the_properties_is_zero() {
        try (TestGuest guest = guest(REGIONS)) {
            ByteBuffer properties = guest.probe(ENDPOINT, WHOLE).writable();
            for (int i = 2 * ReservedMemoryLayout.SIZE; i < SIZE; i++) {
                assertThat(properties.get(i)).isZero();
            }
        }
    }

    @Test
    void D37_reserved_is_ignored() {
        try (TestGuest guest = guest(REGIONS)) {
            ByteBuffer request = TestGuest.request(RequestType.PROBE, ProbeLayout.SIZE, ENDPOINT);
            for (int i = ProbeLayout.RESERVED; i < ProbeLayout.SIZE; i++) {
                request.put(i, (byte) 0xff);
            }
            assertThat(guest.send(request, WHOLE).statusAt(SIZE)).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void extensions_add_properties_behind_those_of_the_device() {
        try (TestGuest guest = guest(REGIONS)) {
            guest.extensions.add(endpoint -> List.of(
                    new ProbeExtension.Property(2, (byte) endpoint, (byte) 7),
                    new ProbeExtension.Property(0xfff, new byte[SIZE]),
                    new ProbeExtension.Property(3)));
            guest.extensions.add(endpoint -> {
                throw new IllegalStateException("broken on purpose");
            });
            ByteBuffer properties = guest.probe(ENDPOINT, WHOLE).writable();
            int at = 2 * ReservedMemoryLayout.SIZE;
            assertThat(properties.getInt(at)).as("type 2, length 2").isEqualTo(0x2_0002);
            assertThat(properties.getShort(at + 4)).isEqualTo((short) (ENDPOINT | 7 << 8));
            assertThat(properties.getInt(at + 6))
                    .as("what does not fit is left out; type 3, length 0")
                    .isEqualTo(3);
            assertThat(properties.getInt(at + 10)).isZero();
        }
    }

    @Test
    void D38_an_unknown_endpoint_is_NOENT_with_the_whole_length_and_no_property() {
        try (TestGuest guest = guest(REGIONS)) {
            TestGuest.Answer answer = guest.probe(NO_ENDPOINT, WHOLE);
            assertThat(answer.usedLength()).isEqualTo(WHOLE);
            assertThat(answer.statusAt(SIZE)).isEqualTo(RequestStatus.NOENT);
            assertThat(answer.writable().getShort(0)).isZero();
        }
    }

    @Test
    void D43_too_little_room_is_INVAL_in_the_last_bytes_without_any_property() {
        try (TestGuest guest = guest(REGIONS)) {
            TestGuest.Answer answer = guest.probe(ENDPOINT, WHOLE - 1);
            assertThat(answer.usedLength()).isEqualTo(WHOLE - 1);
            assertThat(answer.statusAt(SIZE - 1)).isEqualTo(RequestStatus.INVAL);
            assertThat(answer.writable().getShort(0)).isZero();
            assertThat(guest.probe(ENDPOINT, 4).status()).isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void D55_no_room_for_the_tail_is_returned_unwritten() {
        try (TestGuest guest = guest(REGIONS)) {
            TestGuest.Answer answer = guest.probe(ENDPOINT, 3);
            assertThat(answer.usedLength()).isZero();
            assertThat(answer.untouched()).isTrue();
        }
    }

    @Test
    void more_room_than_needed_is_left_alone() {
        try (TestGuest guest = guest(REGIONS)) {
            TestGuest.Answer answer = guest.probe(ENDPOINT, WHOLE + 8);
            assertThat(answer.usedLength()).isEqualTo(WHOLE);
            assertThat(answer.statusAt(SIZE)).isEqualTo(RequestStatus.OK);
            assertThat(answer.writable().getLong(WHOLE)).isEqualTo(0xeeeeeeeeeeeeeeeeL);
        }
    }

    @Test
    void more_regions_than_fit_are_merged_so_that_all_stay_reserved() {
        List<ReservedRegion> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(new ReservedRegion(i * 0x10000L, i * 0x10000L + 0xfff, i == 50 ? Kind.MSI : Kind.RESERVED));
        }
        try (TestGuest guest = guest(many)) {
            TestGuest.Answer answer = guest.probe(ENDPOINT, WHOLE);
            assertThat(answer.statusAt(SIZE)).isEqualTo(RequestStatus.OK);
            int count = 0;
            while (count < ReservedRegions.MAX_COUNT
                    && answer.writable().getShort(count * ReservedMemoryLayout.SIZE) != PropertyLayout.NONE) {
                count++;
            }
            assertThat(count).isEqualTo(ReservedRegions.MAX_COUNT);
            guest.attach(1, ENDPOINT);
            for (ReservedRegion region : many) {
                assertThat(guest.map(1, region.start(), region.end(), 0, 1)).isEqualTo(RequestStatus.INVAL);
            }
        }
    }

    private static void checkRegion(ByteBuffer properties, int at, long start, long end, int subtype) {
        assertThat(properties.getShort(at)).isEqualTo((short) PropertyLayout.RESERVED_MEMORY);
        assertThat(properties.getShort(at + PropertyLayout.LENGTH)).isEqualTo((short) 20);
        assertThat(properties.getInt(at + ReservedMemoryLayout.SUBTYPE)).isEqualTo(subtype);
        assertThat(properties.getLong(at + ReservedMemoryLayout.START)).isEqualTo(start);
        assertThat(properties.getLong(at + ReservedMemoryLayout.END)).isEqualTo(end);
    }

    private static TestGuest guest(List<ReservedRegion> regions) {
        return new TestGuest(TestGuest.settings(0x1000), TestGuest.topology(regions));
    }
}
