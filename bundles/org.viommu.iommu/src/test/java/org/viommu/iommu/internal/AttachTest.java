// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;
import static org.viommu.iommu.internal.TestGuest.NO_ENDPOINT;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.memory.AccessFault;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.Topology;
import org.viommu.virtio.iommu.AttachLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;

class AttachTest {
    private static final int READ_WRITE = MapFlags.READ | MapFlags.WRITE;

    @Test
    void D9_success_is_OK_with_exactly_the_tail_as_used_length() {
        try (TestGuest guest = new TestGuest()) {
            TestGuest.Answer answer = guest.send(TestGuest.attachRequest(1, ENDPOINT, 0));
            assertThat(answer.status()).isEqualTo(RequestStatus.OK);
            assertThat(answer.usedLength()).isEqualTo(4);
        }
    }

    @Test
    void D11_reserved_bytes_of_the_head_are_ignored() {
        try (TestGuest guest = new TestGuest()) {
            TestGuest.Answer answer = guest.send(TestGuest.attachRequest(1, ENDPOINT, 0)
                    .put(1, (byte) 1)
                    .put(2, (byte) 2)
                    .put(3, (byte) 3));
            assertThat(answer.status()).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void D12_reserved_bytes_of_the_tail_are_zero() {
        try (TestGuest guest = new TestGuest()) {
            TestGuest.Answer answer = guest.send(TestGuest.attachRequest(1, NO_ENDPOINT, 0));
            assertThat(answer.writable().getInt(RequestLayout.STATUS)).isEqualTo(RequestStatus.NOENT.value());
        }
    }

    @Test
    void D14_reserved_not_zero_is_INVAL_and_attaches_nothing() {
        try (TestGuest guest = new TestGuest()) {
            TestGuest.Answer answer =
                    guest.send(TestGuest.attachRequest(1, ENDPOINT, 0).putInt(AttachLayout.RESERVED, 0x80000000));
            assertThat(answer.status()).isEqualTo(RequestStatus.INVAL);
            assertThat(guest.status.snapshot().domains()).isEmpty();
        }
    }

    @Test
    void D15_an_unknown_flag_is_INVAL() {
        try (TestGuest guest = new TestGuest()) {
            assertThat(guest.send(TestGuest.attachRequest(1, ENDPOINT, 2)).status())
                    .isEqualTo(RequestStatus.INVAL);
            assertThat(guest.send(TestGuest.attachRequest(1, ENDPOINT, 0x80000001))
                            .status())
                    .isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void D15_the_bypass_flag_is_unknown_unless_BYPASS_CONFIG_was_negotiated() {
        try (TestGuest guest = new TestGuest()) {
            guest.reset();
            guest.start(guest.device.features() & ~IommuFeatures.BYPASS_CONFIG);
            assertThat(guest.attachBypass(1, ENDPOINT)).isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void D16_an_unknown_endpoint_is_NOENT() {
        try (TestGuest guest = new TestGuest()) {
            assertThat(guest.attach(1, NO_ENDPOINT)).isEqualTo(RequestStatus.NOENT);
            assertThat(guest.attach(1, TestGuest.IOMMU.bdf())).isEqualTo(RequestStatus.NOENT);
        }
    }

    @Test
    void D17_a_domain_takes_several_endpoints() {
        try (TestGuest guest = new TestGuest()) {
            assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
            assertThat(guest.attach(1, ENDPOINT + 1)).isEqualTo(RequestStatus.OK);
            assertThat(guest.status.snapshot().domains())
                    .containsExactly(new IommuSnapshot.Domain(1, false, 0, List.of(ENDPOINT, ENDPOINT + 1)));
        }
    }

    @Test
    void D18_a_bypass_flag_that_does_not_fit_the_domain_is_INVAL() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            guest.attachBypass(2, ENDPOINT + 1);
            assertThat(guest.attachBypass(1, ENDPOINT + 2)).isEqualTo(RequestStatus.INVAL);
            assertThat(guest.attach(2, ENDPOINT + 2)).isEqualTo(RequestStatus.INVAL);
        }
    }

    @Test
    void D18_also_for_the_only_endpoint_of_the_domain_which_keeps_its_mappings() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            guest.map(1, 0, 0xfff, DMA_MEMORY, READ_WRITE);
            assertThat(guest.attachBypass(1, ENDPOINT)).isEqualTo(RequestStatus.INVAL);
            assertThat(guest.status.mappings(1, 0, 10)).hasSize(1);
        }
    }

    @Test
    void an_endpoint_that_is_in_the_domain_already_stays_there_with_all_mappings() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            guest.map(1, 0, 0xfff, DMA_MEMORY, READ_WRITE);
            assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
            assertThat(guest.status.mappings(1, 0, 10)).hasSize(1);
            assertThat(guest.detach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
            assertThat(guest.status.snapshot().domains()).isEmpty();
        }
    }

    @Test
    void D19_an_endpoint_of_another_domain_is_moved() throws AccessFault {
        try (TestGuest guest = new TestGuest();
                DmaPort port = guest.port(ENDPOINT)) {
            guest.attach(1, ENDPOINT);
            guest.map(1, 0x5000, 0x5fff, DMA_MEMORY, READ_WRITE);
            guest.attach(2, ENDPOINT + 1);
            guest.map(2, 0x5000, 0x5fff, DMA_MEMORY + 0x1000, READ_WRITE);
            port.putInt(0x5000, 1);
            assertThat(guest.attach(2, ENDPOINT)).isEqualTo(RequestStatus.OK);
            port.putInt(0x5000, 2);
            assertThat(guest.physical().getInt(DMA_MEMORY)).isEqualTo(1);
            assertThat(guest.physical().getInt(DMA_MEMORY + 0x1000)).isEqualTo(2);
        }
    }

    @Test
    void D19_a_move_that_is_refused_leaves_the_endpoint_where_it_is() {
        try (TestGuest guest = new TestGuest()) {
            guest.attach(1, ENDPOINT);
            guest.map(1, 0, 0xfff, DMA_MEMORY, READ_WRITE);
            guest.attachBypass(2, ENDPOINT + 1);
            assertThat(guest.attach(2, ENDPOINT)).isEqualTo(RequestStatus.INVAL);
            assertThat(guest.status.snapshot().domains())
                    .contains(new IommuSnapshot.Domain(1, false, 1, List.of(ENDPOINT)));
        }
    }

    @Test
    void D20_an_endpoint_whose_reserved_regions_are_mapped_in_the_domain_is_UNSUPP() {
        ReservedRegion region = new ReservedRegion(0x8000, 0x8fff, ReservedRegion.Kind.RESERVED);
        Topology topology = Topology.builder()
                .iommu(TestGuest.NODE)
                .endpoint(new EndpointNode.PciRange(PciAddress.of(0, ENDPOINT), ENDPOINT, TestGuest.NODE))
                .endpoint(new EndpointNode.PciRange(
                        PciAddress.of(0, ENDPOINT + 1),
                        PciAddress.of(0, ENDPOINT + 1),
                        ENDPOINT + 1,
                        TestGuest.NODE,
                        List.of(region)))
                .build();
        try (TestGuest guest = new TestGuest(TestGuest.settings(0x1000), topology)) {
            guest.attach(1, ENDPOINT);
            guest.map(1, 0x7000, 0x9fff, DMA_MEMORY, READ_WRITE);
            assertThat(guest.attach(1, ENDPOINT + 1)).isEqualTo(RequestStatus.UNSUPP);
            guest.unmap(1, 0, -1L);
            assertThat(guest.attach(1, ENDPOINT + 1)).isEqualTo(RequestStatus.OK);
            assertThat(guest.map(1, 0x7000, 0x9fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.INVAL);
            guest.detach(1, ENDPOINT + 1);
            assertThat(guest.map(1, 0x7000, 0x9fff, DMA_MEMORY, READ_WRITE)).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void domain_IDs_are_unsigned_32_bit() {
        try (TestGuest guest = new TestGuest()) {
            assertThat(guest.attach(-1, ENDPOINT)).isEqualTo(RequestStatus.OK);
            assertThat(guest.attach(0, ENDPOINT + 1)).isEqualTo(RequestStatus.OK);
            assertThat(guest.status.snapshot().domains())
                    .extracting(IommuSnapshot.Domain::id)
                    .containsExactly(0, -1);
        }
    }

    @Test
    void domains_beyond_the_quota_are_NOMEM_but_a_move_that_frees_one_is_not() {
        IommuSettings settings = TestGuest.settings(0x1000, -1L, List.of(), new Quotas(2, 100, 100));
        try (TestGuest guest = new TestGuest(settings)) {
            guest.attach(1, ENDPOINT);
            guest.attach(2, ENDPOINT + 1);
            assertThat(guest.attach(3, ENDPOINT + 2)).isEqualTo(RequestStatus.NOMEM);
            assertThat(guest.attach(3, ENDPOINT)).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void endpoints_beyond_the_quota_are_NOMEM() {
        IommuSettings settings = TestGuest.settings(0x1000, -1L, List.of(), new Quotas(100, 1, 100));
        try (TestGuest guest = new TestGuest(settings)) {
            guest.attach(1, ENDPOINT);
            assertThat(guest.attach(1, ENDPOINT + 1)).isEqualTo(RequestStatus.NOMEM);
            assertThat(guest.attach(2, ENDPOINT)).isEqualTo(RequestStatus.OK);
        }
    }
}
