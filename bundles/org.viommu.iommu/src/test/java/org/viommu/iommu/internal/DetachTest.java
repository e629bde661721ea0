// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;
import static org.viommu.iommu.internal.TestGuest.NO_ENDPOINT;

import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.DetachLayout;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;

class DetachTest {
    private static final int READ_WRITE = MapFlags.READ | MapFlags.WRITE;

    @Test
    void D22_reserved_is_ignored() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            TestGuest.Answer answer = guest.send(TestGuest.request(RequestType.DETACH, DetachLayout.SIZE, 1)
                    .putInt(DetachLayout.ENDPOINT, ENDPOINT)
                    .putLong(DetachLayout.RESERVED, -1));
            assertThat(answer.status()).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void D23_an_unknown_endpoint_is_NOENT() {
        try (TestGuest guest = new TestGuest()) {
            assertThat(guest.detach(1, NO_ENDPOINT)).isEqualTo(RequestStatus.NOENT);
        }
    }

    @Test
    void D24_a_domain_in_which_the_endpoint_is_not_is_INVAL() {
        try (TestGuest guest = new TestGuest()) {
            assertThat(guest.detach(1, ENDPOINT)).isEqualTo(RequestStatus.INVAL);
            guest.attach(1, ENDPOINT);
            guest.attach(2, ENDPOINT + 1);
            assertThat(guest.detach(2, ENDPOINT)).isEqualTo(RequestStatus.INVAL);
            assertThat(guest.detach(3, ENDPOINT)).isEqualTo(RequestStatus.INVAL);
            assertThat(guest.status.snapshot().domains()).hasSize(2);
        }
    }

    @Test
    void D25_after_detach_no_mapping_is_reached() throws AccessFault {
        try (TestGuest guest = new TestGuest();
                DmaPort port = guest.port(ENDPOINT)) {
            guest.device.config().write(36, 0, -1L);
            guest.attach(1, ENDPOINT);
            guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
            port.putInt(0x5000, 1);
            assertThat(guest.detach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
            assertThatThrownBy(() -> port.putInt(0x5000, 2)).isInstanceOf(AccessFault.class);
            assertThat(guest.physical().getInt(DMA_MEMORY)).isEqualTo(1);
        }
    }

    @Test
    void D57_a_domain_dies_with_its_last_endpoint_and_its_ID_is_free() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            guest.attach(1, ENDPOINT + 1);
            guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
            guest.detach(1, ENDPOINT);
            assertThat(guest.status.mappings(1, 0, 10)).hasSize(1);
            guest.detach(1, ENDPOINT + 1);
            assertThat(guest.map(1, 0x6000, 0x6fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.NOENT);
            assertThat(guest.attachBypass(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
            guest.detach(1, ENDPOINT);
            guest.attach(1, ENDPOINT);
            assertThat(guest.status.mappings(1, 0, 10)).isEmpty();
        }
    }

    @Test
    void D56_a_reset_detaches_everything() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            guest.attach(2, ENDPOINT + 1);
            guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
            guest.reset();
            assertThat(guest.status.snapshot().domains()).isEmpty();
            assertThat(guest.status.snapshot().endpoints()).isEmpty();
            guest.start(guest.device.features());
            assertThat(guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.NOENT);
        }
    }

    @Test
    void an_endpoint_that_is_neither_attached_nor_open_takes_no_memory() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            DmaPort port = guest.port(ENDPOINT);
            guest.detach(1, ENDPOINT);
            assertThat(guest.status.snapshot().endpoints())
                    .extracting(IommuSnapshot.Endpoint::id)
                    .containsExactly(ENDPOINT);
            port.close();
            assertThat(guest.status.snapshot().endpoints()).isEmpty();
        }
    }
}
