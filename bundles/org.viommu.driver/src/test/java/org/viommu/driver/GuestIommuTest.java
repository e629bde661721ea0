// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.driver.DriverException.Reason;
import org.viommu.virtio.Await;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;

/** Domains that remember, and buffers mapped in them, on a device that says what it is asked. */
class GuestIommuTest {
    private static final long PAGE = 0x1000;
    private static final int ABSENT = 0x66;

    private final Guest guest = new Guest();
    private final Duration never = Duration.ofDays(1);
    private GuestIommu iommu;

    @BeforeEach
    void start() throws DriverException {
        guest.iommu.script = GuestIommuTest::answer;
        guest.plugIn();
        iommu = GuestIommu.start(guest.transport, guest.driverMemory, Guest.LONG);
    }

    @AfterEach
    void close() {
        iommu.close();
    }

    /** Everything is accepted but an endpoint that is absent; each endpoint has a reserved and a message range. */
    private static int answer(ByteBuffer request, ByteBuffer answer) {
        int type = request.get(0);
        if (type == RequestType.PROBE.value()) {
            resv(answer, 0, 0, 0x10000, 0x1ffff);
            resv(answer, 24, 1, 0xfee0_0000L, 0xfeef_ffffL);
        }
        if (type == RequestType.ATTACH.value() && request.getInt(8) == ABSENT) {
            answer.put(answer.capacity() - 4, (byte) RequestStatus.NOENT.value());
        }
        return answer.capacity();
    }

    private static void resv(ByteBuffer answer, int at, int subtype, long start, long end) {
        answer.putShort(at, (short) 1).putShort(at + 2, (short) 20).put(at + 4, (byte) subtype);
        answer.putLong(at + 8, start).putLong(at + 16, end);
    }

    /** The requests since the last call, as text. */
    private List<String> told() {
        List<String> told =
                guest.iommu.requests.stream().map(GuestIommuTest::text).toList();
        guest.iommu.requests.clear();
        return told;
    }

    private static String text(ByteBuffer request) {
        return switch (RequestType.of(request.get(0))) {
            case ATTACH -> "ATTACH %d %x %d".formatted(request.getInt(4), request.getInt(8), request.getInt(12));
            case DETACH -> "DETACH %d %x".formatted(request.getInt(4), request.getInt(8));
            case MAP ->
                "MAP %d %x-%x %x %d"
                        .formatted(
                                request.getInt(4),
                                request.getLong(8),
                                request.getLong(16),
                                request.getLong(24),
                                request.getInt(32));
            case UNMAP -> "UNMAP %d %x-%x".formatted(request.getInt(4), request.getLong(8), request.getLong(16));
            case PROBE -> "PROBE %x".formatted(request.getInt(4));
        };
    }

    private IommuDomain domain(int... endpoints) throws DriverException {
        IommuDomain domain = iommu.createDomain();
        domain.attach(endpoints);
        told();
        return domain;
    }

    @Test
    void R6_R12_all_IDs_of_a_device_are_probed_and_then_attached_to_one_domain() throws DriverException {
        iommu.createDomain().attach(1, 2);
        assertThat(told()).containsExactly("PROBE 1", "PROBE 2", "ATTACH 1 1 0", "ATTACH 1 2 0");
    }

    @Test
    void an_ATTACH_that_fails_puts_all_IDs_back_where_they_were() throws DriverException {
        IommuDomain before = domain(1);
        before.map(0x5000, 0x5fff, 0, 3);
        IommuDomain next = iommu.createDomain();
        told();
        assertThatThrownBy(() -> next.attach(1, 2, ABSENT))
                .isInstanceOfSatisfying(
                        DriverException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
                .hasMessage("ATTACH of endpoint 0x66 to domain 2: NOENT");
        assertThat(told().subList(6, 9)).containsExactly("ATTACH 1 1 0", "MAP 1 5000-5fff 0 3", "DETACH 2 2");
    }

    @Test
    void mappings_come_back_when_a_domain_regains_an_endpoint() throws DriverException {
        IommuDomain domain = domain(1);
        domain.map(0x5000, 0x5fff, 0x7000, 3);
        domain.detach(1);
        domain.map(0x6000, 0x6fff, 0x9000, 1);
        told();
        domain.attach(2);
        domain.attach(3);
        assertThat(told())
                .containsExactly(
                        "PROBE 2",
                        "ATTACH 1 2 0",
                        "MAP 1 5000-5fff 7000 3",
                        "MAP 1 6000-6fff 9000 1",
                        "PROBE 3",
                        "ATTACH 1 3 0");
    }

    @Test
    void a_domain_that_another_has_emptied_is_filled_again() throws DriverException {
        IommuDomain domain = domain(1);
        domain.map(0x5000, 0x5fff, 0x7000, 3);
        domain(1);
        domain.attach(1);
        assertThat(told()).containsExactly("PROBE 1", "ATTACH 1 1 0", "MAP 1 5000-5fff 7000 3");
    }

    @Test
    void mappings_come_back_after_a_reset() throws DriverException {
        IommuDomain domain = domain(1);
        domain.map(0x5000, 0x5fff, 0x7000, 3);
        told();
        iommu.recover();
        assertThat(told()).containsExactly("ATTACH 1 1 0", "UNMAP 1 1000-7fffffffff", "MAP 1 5000-5fff 7000 3");
        assertThat(iommu.driver().detach(1, 1)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void a_device_that_was_given_up_comes_back_with_its_mappings() throws DriverException {
        IommuDomain domain = domain(1);
        domain.map(0x5000, 0x5fff, 0x7000, 3);
        guest.iommu.script = (request, answer) -> {
            throw new IllegalStateException("broken in test");
        };
        assertThatThrownBy(() -> domain.map(0x6000, 0x6fff, 0, 3)).isInstanceOf(DriverException.class);
        guest.iommu.script = GuestIommuTest::answer;
        told();
        iommu.recover();
        assertThat(told()).contains("MAP 1 5000-5fff 7000 3").doesNotContain("MAP 1 6000-6fff 0 3");
    }

    @Test
    void R13_R16_R24_an_identity_domain_is_a_bypass_domain_and_maps_nothing() throws DriverException {
        IommuDomain domain = iommu.createIdentityDomain();
        domain.attach(1);
        assertThat(told()).containsExactly("PROBE 1", "ATTACH 1 1 1");
        assertThatIllegalStateException().isThrownBy(() -> domain.map(0x5000, 0x5fff, 0, 3));
        assertThatIllegalStateException().isThrownBy(() -> domain.unmap(0x5000, 0x5fff));
        assertThatIllegalStateException().isThrownBy(() -> domain.dma(FlushPolicy.STRICT, -1L));
        assertThat(domain.messageAddress(0x1234)).isEqualTo(0x1234);
    }

    @Test
    void an_identity_domain_without_BYPASS_CONFIG_maps_all_but_what_is_reserved() throws DriverException {
        iommu.close();
        guest.iommu.features &= ~IommuFeatures.BYPASS_CONFIG;
        guest.plugIn();
        iommu = GuestIommu.start(guest.transport, guest.driverMemory, Guest.LONG);
        iommu.createIdentityDomain().attach(1);
        assertThat(told())
                .containsExactly(
                        "PROBE 1",
                        "ATTACH 1 1 0",
                        "MAP 1 1000-ffff 1000 3",
                        "MAP 1 20000-fedfffff 20000 3",
                        "MAP 1 fef00000-7fffffffff fef00000 3");
    }

    @Test
    void R31_reserved_ranges_are_neither_mapped_nor_handed_out() throws DriverException {
        IommuDomain domain = domain(1);
        assertThatIllegalArgumentException().isThrownBy(() -> domain.map(0x1f000, 0x20fff, 0, 3));
        DmaSpace space = domain.dma(FlushPolicy.STRICT, 0xfef0_1fffL);
        assertThat(space.map(0, 0x10 * PAGE, DmaDirection.BOTH).address()).isEqualTo(0x20000);
        assertThat(space.map(0, 0xfede_0000L - 0x10 * PAGE, DmaDirection.BOTH).address())
                .isEqualTo(0x30000);
        domain.reserve(0x1000, 0xffff);
        assertThat(space.map(0, 2 * PAGE, DmaDirection.BOTH).address()).isEqualTo(0xfef0_0000L);
        assertThatThrownBy(() -> space.map(0, PAGE, DmaDirection.BOTH))
                .isInstanceOfSatisfying(
                        DriverException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ADDRESSES));
    }

    @Test
    void R31_an_endpoint_whose_reserved_range_is_mapped_is_not_attached() throws DriverException {
        IommuDomain domain = iommu.createDomain();
        domain.map(0x18000, 0x18fff, 0, 3);
        assertThatThrownBy(() -> domain.attach(1)).hasMessageContaining("0x10000-0x1ffff is reserved");
        assertThat(told()).containsExactly("PROBE 1");
    }

    @Test
    void R22_R23_an_UNMAP_covers_whole_mappings_and_may_spill() throws DriverException {
        IommuDomain domain = domain(1);
        domain.map(0x4000, 0x5fff, 0, 3);
        domain.map(0x8000, 0x8fff, 0, 3);
        told();
        assertThatIllegalArgumentException().isThrownBy(() -> domain.unmap(0x4000, 0x4fff));
        assertThatIllegalArgumentException().isThrownBy(() -> domain.unmap(0x5000, 0x8fff));
        domain.unmap(0x9000, 0x9fff);
        assertThat(told()).isEmpty();
        domain.unmap(0x3000, 0x9fff);
        assertThat(told()).containsExactly("UNMAP 1 3000-9fff");
        domain.map(0x4000, 0x4fff, 0, 3);
    }

    @Test
    void R18_R20_a_doorbell_is_mapped_only_where_messages_do_not_pass() throws DriverException {
        IommuDomain domain = domain(1);
        assertThat(domain.messageAddress(0xfee0_1004L)).isEqualTo(0xfee0_1004L);
        assertThat(told()).isEmpty();
        assertThat(domain.messageAddress(0x802_0040L)).isEqualTo(0x1040);
        assertThat(told()).containsExactly("MAP 1 1000-1fff 8020000 6");
    }

    @Test
    void R19_a_mapping_allows_what_its_direction_says() throws DriverException {
        DmaSpace space = domain(1).dma(FlushPolicy.STRICT, -1L);
        for (DmaDirection direction : DmaDirection.values()) {
            space.map(0x7123, 0x10, direction).close();
        }
        assertThat(told())
                .containsExactly(
                        "MAP 1 1000-1fff 7000 1", "UNMAP 1 1000-1fff",
                        "MAP 1 1000-1fff 7000 2", "UNMAP 1 1000-1fff",
                        "MAP 1 1000-1fff 7000 3", "UNMAP 1 1000-1fff");
    }

    @Test
    void pieces_that_touch_are_one_for_the_device() throws DriverException {
        DmaSpace space = domain(1).dma(FlushPolicy.STRICT, -1L);
        DmaMapping mapping = space.map(
                List.of(
                        new DmaSegment(0x7800, 0x800),
                        new DmaSegment(0xa000, 0x2000),
                        new DmaSegment(0x20000, 0x10),
                        new DmaSegment(0x30010, 0x20)),
                DmaDirection.TO_DEVICE);
        assertThat(mapping.segments()).containsExactly(new DmaSegment(0x1800, 0x2810), new DmaSegment(0x5010, 0x20));
        assertThat(told())
                .containsExactly(
                        "MAP 1 1000-1fff 7000 1",
                        "MAP 1 2000-3fff a000 1",
                        "MAP 1 4000-4fff 20000 1",
                        "MAP 1 5000-5fff 30000 1");
        mapping.close();
        mapping.close();
        assertThat(told()).containsExactly("UNMAP 1 1000-5fff");
    }

    @Test
    void a_deferred_flush_waits_for_its_number_and_hands_out_nothing_before() throws DriverException {
        DmaSpace space = domain(1).dma(FlushPolicy.deferred(3, never), -1L);
        space.map(0, PAGE, DmaDirection.BOTH).close();
        space.map(0, PAGE, DmaDirection.BOTH).close();
        assertThat(told()).containsExactly("MAP 1 1000-1fff 0 3", "MAP 1 2000-2fff 0 3");
        space.map(0, PAGE, DmaDirection.BOTH).close();
        assertThat(told())
                .containsExactly("MAP 1 3000-3fff 0 3", "UNMAP 1 1000-1fff", "UNMAP 1 2000-2fff", "UNMAP 1 3000-3fff");
        space.map(0, PAGE, DmaDirection.BOTH).close();
        space.flush();
        assertThat(told()).hasSize(2).last().asString().startsWith("UNMAP");
    }

    @Test
    void a_deferred_flush_waits_no_longer_than_its_delay() throws DriverException {
        DmaSpace space = domain(1).dma(FlushPolicy.deferred(100, Duration.ofMillis(1)), -1L);
        space.map(0, PAGE, DmaDirection.BOTH).close();
        Await.until("the flush", () -> guest.iommu.requests.size() == 2);
        assertThat(told()).last().isEqualTo("UNMAP 1 1000-1fff");
    }

    @Test
    void addresses_that_wait_for_a_flush_are_found_when_there_are_no_others() throws DriverException {
        DmaSpace space = domain(1).dma(FlushPolicy.deferred(100, never), 0x2fff);
        for (int i = 0; i < 10; i++) {
            space.map(0, 2 * PAGE, DmaDirection.BOTH).close();
        }
    }

    @Test
    void a_mapping_that_is_refused_leaves_nothing() throws DriverException {
        DmaSpace space = domain(1).dma(FlushPolicy.STRICT, -1L);
        guest.iommu.script = (request, answer) -> {
            if (request.get(0) == RequestType.MAP.value() && request.getLong(24) == 0xa000) {
                answer.put(0, (byte) RequestStatus.NOMEM.value());
            }
            return answer.capacity();
        };
        List<DmaSegment> pieces = List.of(new DmaSegment(0x7000, PAGE), new DmaSegment(0xa000, PAGE));
        assertThatThrownBy(() -> space.map(pieces, DmaDirection.BOTH)).hasMessage("MAP in domain 1: NOMEM");
        assertThat(told()).last().isEqualTo("UNMAP 1 1000-2fff");
        assertThat(space.map(0, 2 * PAGE, DmaDirection.BOTH).address()).isEqualTo(0x1000);
    }

    @Test
    void R10_domain_IDs_are_given_back_and_end() throws DriverException {
        iommu.close();
        guest.iommu.config.putInt(IommuConfigLayout.DOMAIN_RANGE_END, 2);
        iommu = GuestIommu.start(guest.transport, guest.driverMemory, Guest.LONG);
        IommuDomain first = iommu.createDomain();
        assertThat(first.id()).isEqualTo(1);
        assertThat(iommu.createDomain().id()).isEqualTo(2);
        assertThatThrownBy(iommu::createDomain).hasMessage("all 2 domain IDs are in use");
        first.close();
        assertThat(iommu.createDomain().id()).isEqualTo(1);
    }
}
