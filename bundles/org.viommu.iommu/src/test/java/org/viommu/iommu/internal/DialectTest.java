// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuSnapshot.Mapping;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.DeviceConfig;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.V09ConfigLayout;
import org.viommu.virtio.iommu.V09MapFlags;

/** The wire format of version 0.9, the superseded BYPASS, and narrow domain IDs: all by configuration only. */
class DialectTest {
    private static final Protocol V09 = new Protocol(Dialect.V0_9, Compatibility.STRICT, false, 0xffff);

    private TestGuest guest = new TestGuest(TestGuest.settings(V09));

    @AfterEach
    void close() {
        guest.close();
    }

    @Test
    void version_0_9_has_32_bytes_of_configuration_with_the_width_of_domain_IDs() {
        DeviceConfig config = guest.device.config();
        assertThat(config.length()).isEqualTo(32);
        assertThat(config.read(V09ConfigLayout.DOMAIN_BITS)).isEqualTo(16);
        assertThat(config.read(V09ConfigLayout.DOMAIN_BITS + 1)).isZero();
        assertThat(config.read(V09ConfigLayout.PROBE_SIZE + 1) << 8).isEqualTo(ReservedRegions.PROBE_SIZE);
        assertThat(config.read(IommuConfigLayout.INPUT_RANGE_END)).isEqualTo(0xff);
    }

    @Test
    void version_0_9_has_no_features_beyond_PROBE_and_no_bypass_to_be_written() {
        assertThat(guest.device.features() & 0xff).isEqualTo(0b10111);
        guest.device.config().write(IommuConfigLayout.PROBE_SIZE, 1, -1L);
        assertThat(guest.device.configSpace().bypass()).isFalse();
    }

    @Test
    void version_0_9_knows_EXEC_and_has_MMIO_behind_it() {
        guest.attach(1, ENDPOINT);
        int exec = MapFlags.READ | V09MapFlags.EXEC;
        assertThat(guest.map(1, 0, 0xfff, DMA_MEMORY, exec)).isEqualTo(RequestStatus.OK);
        assertThat(guest.map(1, 0x1000, 0x1fff, DMA_MEMORY, MapFlags.WRITE | V09MapFlags.MMIO))
                .isEqualTo(RequestStatus.OK);
        assertThat(guest.map(1, 0x2000, 0x2fff, DMA_MEMORY, 16)).isEqualTo(RequestStatus.INVAL);
        assertThat(guest.status.mappings(1, 0, 10))
                .containsExactly(
                        new Mapping(0, 0xfff, DMA_MEMORY, MapFlags.READ),
                        new Mapping(0x1000, 0x1fff, DMA_MEMORY, MapFlags.WRITE | MapFlags.MMIO));
    }

    @Test
    void version_0_9_has_no_flags_in_ATTACH() {
        assertThat(guest.send(TestGuest.attachRequest(1, ENDPOINT, AttachFlags.BYPASS))
                        .status())
                .isEqualTo(RequestStatus.INVAL);
        assertThat(guest.attach(1, ENDPOINT)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void version_0_9_has_no_status_NOMEM() {
        guest.close();
        guest = new TestGuest(TestGuest.settings(0x1000, -1L, List.of(), new Quotas(1, 9, 9), V09));
        guest.attach(1, ENDPOINT);
        assertThat(guest.attach(2, ENDPOINT + 1)).isEqualTo(RequestStatus.DEVERR);
    }

    @Test
    void a_domain_ID_that_is_too_wide_is_out_of_range() {
        assertThat(guest.attach(0x10000, ENDPOINT)).isEqualTo(RequestStatus.RANGE);
        assertThat(guest.attach(-1, ENDPOINT)).isEqualTo(RequestStatus.RANGE);
        assertThat(guest.attach(0xffff, ENDPOINT)).isEqualTo(RequestStatus.OK);
    }

    @Test
    void D3_the_superseded_BYPASS_takes_the_place_of_the_configured_one() throws AccessFault {
        guest.close();
        guest = new TestGuest(TestGuest.settings(new Protocol(Dialect.STANDARD, Compatibility.STRICT, true, -1)));
        assertThat(guest.device.features() & (IommuFeatures.BYPASS | IommuFeatures.BYPASS_CONFIG))
                .isEqualTo(IommuFeatures.BYPASS);
        try (DmaPort port = guest.port(ENDPOINT)) {
            port.putInt(DMA_MEMORY, 0x1234);
            assertThat(guest.physical().getInt(DMA_MEMORY)).isEqualTo(0x1234);
            guest.reset();
            assertThatThrownBy(() -> port.getInt(DMA_MEMORY))
                    .as("without a driver")
                    .isInstanceOf(AccessFault.class);
            guest.start(guest.device.features() & ~IommuFeatures.BYPASS);
            assertThatThrownBy(() -> port.getInt(DMA_MEMORY))
                    .as("with a driver that has not accepted it")
                    .isInstanceOf(AccessFault.class);
        }
    }
}
