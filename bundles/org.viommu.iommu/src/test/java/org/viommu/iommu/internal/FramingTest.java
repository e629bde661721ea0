// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.virtio.iommu.AttachLayout;
import org.viommu.virtio.iommu.DetachLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapLayout;
import org.viommu.virtio.iommu.ProbeLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtio.iommu.UnmapLayout;

class FramingTest {
    private final TestGuest guest = new TestGuest();

    @AfterEach
    void close() {
        guest.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 6, 7, 128, 255})
    void D10_a_request_of_unknown_type_is_returned_unwritten(int type) {
        ByteBuffer request = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        TestGuest.Answer answer = guest.send(request.put(0, (byte) type));
        assertThat(answer.usedLength()).isZero();
        assertThat(answer.untouched()).isTrue();
        assertThat(guest.status.snapshot().requests().unknown()).isEqualTo(1);
    }

    @Test
    void MAP_and_UNMAP_are_unknown_unless_negotiated() {
        guest.reset();
        guest.start(guest.device.features() & ~IommuFeatures.MAP_UNMAP);
        guest.attach(1, ENDPOINT);
        assertThat(guest.send(TestGuest.mapRequest(1, 0, 0xfff, 0, 1)).usedLength())
                .isZero();
        assertThat(guest.send(TestGuest.unmapRequest(1, 0, 0xfff)).usedLength()).isZero();
    }

    @ParameterizedTest
    @EnumSource(RequestType.class)
    void D55_a_request_one_byte_too_short_is_returned_unwritten(RequestType type) {
        ByteBuffer whole = TestGuest.request(type, size(type), 1);
        ByteBuffer cut = ByteBuffer.allocate(size(type) - 1).put(whole.limit(size(type) - 1));
        TestGuest.Answer answer = guest.send(cut, 600);
        assertThat(answer.usedLength()).isZero();
        assertThat(answer.untouched()).isTrue();
        assertThat(guest.status.snapshot().requests().unparseable()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(RequestType.class)
    void D55_a_request_without_room_for_the_tail_is_returned_unwritten(RequestType type) {
        assertThat(guest.send(TestGuest.request(type, size(type), 1), 3).usedLength())
                .isZero();
        assertThat(guest.send(TestGuest.request(type, size(type), 1), 0).usedLength())
                .isZero();
        assertThat(guest.status.snapshot().domains()).isEmpty();
    }

    @Test
    void a_request_longer_than_its_type_is_accepted() {
        ByteBuffer longer = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        longer.put(TestGuest.attachRequest(1, ENDPOINT, 0));
        TestGuest.Answer answer = guest.send(longer, 100);
        assertThat(answer.status()).isEqualTo(RequestStatus.OK);
        assertThat(answer.usedLength()).isEqualTo(4);
        assertThat(answer.writable().get(4)).isEqualTo((byte) 0xee);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 11, 16})
    void descriptor_boundaries_do_not_count(int cut) {
        assertThat(send(TestGuest.attachRequest(1, ENDPOINT, 0), cut)).isEqualTo(RequestStatus.OK);
        assertThat(send(TestGuest.mapRequest(1, 0x5000, 0x5fff, DMA_MEMORY, 3), cut))
                .isEqualTo(RequestStatus.OK);
        assertThat(guest.status.mappings(1, 0, 10))
                .containsExactly(new IommuSnapshot.Mapping(0x5000, 0x5fff, DMA_MEMORY, 3));
        assertThat(send(TestGuest.unmapRequest(1, 0x5000, 0x5fff), cut)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void a_request_outside_memory_is_returned_unwritten_and_the_queue_goes_on() {
        assertThat(guest.exchange(new long[] {1L << 40, 20, 0x50000, 4}, 1, 4).usedLength())
                .isZero();
        assertThat(guest.exchange(new long[] {0x40000, 20, 1L << 40, 4}, 1, 4).usedLength())
                .isZero();
        assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void requests_are_counted_by_type_and_status() {
        guest.attach(1, ENDPOINT);
        guest.attach(1, ENDPOINT + 1);
        guest.map(2, 0, 0xfff, 0, 1);
        IommuSnapshot.Requests requests = guest.status.snapshot().requests();
        assertThat(requests.count(RequestType.ATTACH, RequestStatus.OK)).isEqualTo(2);
        assertThat(requests.count(RequestType.MAP, RequestStatus.NOENT)).isEqualTo(1);
        assertThat(requests.count(RequestType.UNMAP, RequestStatus.OK)).isZero();
        assertThat(requests.total()).isEqualTo(3);
    }

    private RequestStatus send(ByteBuffer request, int cut) {
        return guest.send(request, 4, cut, cut).status();
    }

    private static int size(RequestType type) {
        return switch (type) {
            case ATTACH -> AttachLayout.SIZE;
            case DETACH -> DetachLayout.SIZE;
            case MAP -> MapLayout.SIZE;
            case UNMAP -> UnmapLayout.SIZE;
            case PROBE -> ProbeLayout.SIZE;
        };
    }
}
