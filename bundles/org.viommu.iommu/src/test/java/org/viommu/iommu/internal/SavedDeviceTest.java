// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.memory.AccessFault;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.virtio.iommu.FaultLayout;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuQueues;

class SavedDeviceTest {
    private static final Quotas QUOTAS = new Quotas(100, 100, 1000);
    private static final List<ReservedRegion> REGIONS = List.of(new ReservedRegion(0x8000, 0x8fff, Kind.RESERVED));

    private final TestGuest guest =
            new TestGuest(TestGuest.settings(0x1000, -1L, List.of(), QUOTAS), TestGuest.topology(REGIONS));
    private TestGuest other;

    @BeforeEach
    void fill() {
        guest.attach(7, ENDPOINT);
        guest.attach(7, ENDPOINT + 1);
        guest.attachBypass(-1, ENDPOINT + 2);
        guest.map(7, 0, 0xfff, DMA_MEMORY, 3);
        guest.map(7, -0x1000L, -1L, DMA_MEMORY, 1);
        guest.map(7, 0x9000, 0xafff, DMA_MEMORY + 0x5000, 0);
        guest.device.config().write(IommuConfigLayout.BYPASS, 0, -1L);
    }

    @AfterEach
    void close() {
        guest.close();
        if (other != null) {
            other.close();
        }
    }

    @Test
    void domains_endpoints_mappings_and_bypass_come_back() throws AccessFault {
        restored(TestGuest.settings(0x1000, -1L, List.of(), QUOTAS), REGIONS);
        IommuSnapshot there = guest.status.snapshot();
        IommuSnapshot here = other.status.snapshot();
        assertThat(here.domains()).isEqualTo(there.domains());
        assertThat(here.endpoints()).isEqualTo(there.endpoints());
        assertThat(here.bypass()).isFalse();
        assertThat(other.status.mappings(7, 0, 10)).isEqualTo(guest.status.mappings(7, 0, 10));
        try (DmaPort port = other.port(ENDPOINT + 1)) {
            port.putInt(0x10, 99);
            assertThat(other.physical().getInt(DMA_MEMORY + 0x10)).isEqualTo(99);
        }
    }

    @Test
    void a_device_without_domains_can_be_saved_too() {
        guest.reset();
        guest.start(guest.device.features());
        restored(TestGuest.settings(0x1000, -1L, List.of(), QUOTAS), REGIONS);
        assertThat(other.status.snapshot().domains()).isEmpty();
    }

    @Test
    void fault_reports_that_wait_are_delivered_by_the_other_device() {
        try (DmaPort port = guest.port(ENDPOINT)) {
            for (long page = 1; page <= 3; page++) {
                assertThat(refused(port, page * 0x1000)).isTrue();
            }
        }
        restored(TestGuest.settings(0x1000, -1L, List.of(), QUOTAS), REGIONS);
        for (int i = 0; i < 3; i++) {
            other.postEvent(FaultLayout.SIZE);
        }
        other.serve(IommuQueues.EVENT);
        for (long page = 1; page <= 3; page++) {
            TestGuest.Answer event = other.pollEvent();
            assertThat(event.writable().getLong(FaultLayout.ADDRESS)).isEqualTo(page * 0x1000);
            assertThat(event.writable().getInt(FaultLayout.ENDPOINT)).isEqualTo(ENDPOINT);
        }
    }

    @Test
    void a_device_with_another_configuration_refuses_and_names_all_that_differs() {
        Protocol narrow = new Protocol(Dialect.STANDARD, Compatibility.STRICT, false, 0xff);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        restored(TestGuest.settings(0x10000, (1L << 48) - 1, List.of(), QUOTAS, narrow), List.of()))
                .withMessageContainingAll(
                        "vm/iommu0",
                        "granule was 0x1000, is 0x10000",
                        "aw-bits was 64, is 48",
                        "domain-bits was 32, is 8",
                        "endpoint 0x10 was reserved [RESERVED 0x8000-0x8fff], is reserved []")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("dialect"));
        assertThat(other.status.snapshot().domains()).isEmpty();
    }

    @Test
    void a_device_that_cannot_hold_all_of_it_holds_nothing_of_it() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> restored(TestGuest.settings(0x1000, -1L, List.of(), new Quotas(100, 100, 2)), REGIONS))
                .withMessageContaining("domain 7: 0xfffffffffffff000-0xffffffffffffffff cannot be mapped: NOMEM");
        assertThat(other.status.snapshot().domains()).isEmpty();
    }

    @Test
    void damage_is_found() {
        byte[] state = guest.device.saveState();
        for (int i = 0; i < state.length; i++) {
            byte[] damaged = state.clone();
            damaged[i] ^= 0x10;
            assertThatIllegalArgumentException().as("byte %d", i).isThrownBy(() -> SavedDeviceReader.read(damaged));
        }
        for (int length = 0; length < state.length; length++) {
            byte[] cut = Arrays.copyOf(state, length);
            assertThatIllegalArgumentException().isThrownBy(() -> SavedDeviceReader.read(cut));
        }
    }

    @Test
    void another_version_is_named() {
        byte[] state = guest.device.saveState();
        state[8] = 2;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SavedDeviceReader.read(state))
                .withMessage("the state has version 2, not 1");
    }

    private void restored(IommuSettings settings, List<ReservedRegion> reserved) {
        other = new TestGuest(settings, TestGuest.topology(reserved));
        other.reset();
        other.device.restoreState(guest.device.saveState());
        other.start(other.device.features());
    }

    private static boolean refused(DmaPort port, long address) {
        try {
            port.getByte(address);
            return false;
        } catch (AccessFault e) {
            return true;
        }
    }
}
