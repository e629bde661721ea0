// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.AccessGate;
import org.viommu.virtio.DeviceConfig;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;

class ConfigSpaceTest {
    private static final long ALL = -1L;

    @ParameterizedTest
    @ValueSource(longs = {0x1000, 0x2000, 0x4000, 0x10000})
    void D4_the_lowest_page_size_is_the_granule_and_the_set_is_sparse(long granule) {
        long mask = read(space(granule, true), IommuConfigLayout.PAGE_SIZE_MASK, 8);
        assertThat(Long.lowestOneBit(mask)).isEqualTo(granule);
        assertThat(mask).isEqualTo(granule | 1 << 21 | 1 << 30);
    }

    @Test
    void ranges_and_probe_size_are_as_configured() {
        IommuConfigSpace space = new IommuConfigSpace(
                TestGuest.settings(0x1000, 0x7f_ffff_ffffL, List.of(), new Quotas(1, 1, 1)),
                new AccessGate(),
                bypass -> {},
                new Trace());
        assertThat(space.length()).isEqualTo(40);
        assertThat(read(space, IommuConfigLayout.INPUT_RANGE_START, 8)).isZero();
        assertThat(read(space, IommuConfigLayout.INPUT_RANGE_END, 8)).isEqualTo(0x7f_ffff_ffffL);
        assertThat(read(space, IommuConfigLayout.DOMAIN_RANGE_START, 4)).isZero();
        assertThat(read(space, IommuConfigLayout.DOMAIN_RANGE_END, 4)).isEqualTo(0xffffffffL);
        assertThat(read(space, IommuConfigLayout.PROBE_SIZE, 4)).isEqualTo(512);
        assertThat(read(space, IommuConfigLayout.BYPASS, 4)).isEqualTo(1);
    }

    @Test
    void D5_bypass_begins_as_configured() {
        assertThat(space(0x1000, true).bypass()).isTrue();
        assertThat(space(0x1000, false).bypass()).isFalse();
    }

    @Test
    void D6_bypass_survives_a_reset_of_the_device() {
        try (TestGuest guest = new TestGuest()) {
            guest.device.config().write(IommuConfigLayout.BYPASS, 0, ALL);
            guest.reset();
            assertThat(guest.device.config().read(IommuConfigLayout.BYPASS)).isZero();
            guest.start(guest.device.features());
        }
    }

    @Test
    void D7_bypass_returns_to_its_configured_value_when_the_system_is_reset() {
        try (TestGuest guest = new TestGuest()) {
            guest.device.config().write(IommuConfigLayout.BYPASS, 0, ALL);
            guest.reset();
            guest.device.systemReset();
            assertThat(guest.device.config().read(IommuConfigLayout.BYPASS)).isEqualTo(1);
            guest.start(guest.device.features());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 0x80, 0xff})
    void D8_bypass_is_0_or_1_whatever_a_driver_writes(int value) {
        IommuConfigSpace space = space(0x1000, false);
        space.write(IommuConfigLayout.BYPASS, value, ALL);
        assertThat(space.read(IommuConfigLayout.BYPASS)).isZero();
    }

    @Test
    void bypass_cannot_be_written_unless_it_was_negotiated() {
        IommuConfigSpace space = space(0x1000, true);
        space.write(IommuConfigLayout.BYPASS, 0, ALL & ~IommuFeatures.BYPASS_CONFIG);
        assertThat(space.bypass()).isTrue();
    }

    @Test
    void nothing_but_bypass_can_be_written() {
        IommuConfigSpace space = space(0x1000, true);
        for (int offset = 0; offset < space.length(); offset++) {
            int before = space.read(offset);
            space.write(offset, 1, ALL);
            assertThat(space.read(offset)).isEqualTo(before);
        }
    }

    @Test
    void the_generation_moves_with_bypass() {
        IommuConfigSpace space = space(0x1000, true);
        int before = space.generation();
        space.write(IommuConfigLayout.BYPASS, 1, ALL);
        assertThat(space.generation()).isEqualTo(before);
        space.write(IommuConfigLayout.BYPASS, 0, ALL);
        assertThat(space.generation()).isNotEqualTo(before);
    }

    @Test
    void D1_D2_D3_MAP_UNMAP_is_offered_and_the_old_BYPASS_is_not() {
        try (TestGuest guest = new TestGuest()) {
            assertThat(guest.device.features() & IommuFeatures.MAP_UNMAP).isNotZero();
            assertThat(guest.device.features() & IommuFeatures.BYPASS).isZero();
        }
    }

    private static IommuConfigSpace space(long granule, boolean bootBypass) {
        IommuSettings settings = new IommuSettings(
                "vm",
                "iommu0",
                TestGuest.NODE,
                bootBypass,
                granule,
                -1L,
                List.of(),
                0,
                new Quotas(1, 1, 1),
                Protocol.STANDARD,
                0);
        return new IommuConfigSpace(settings, new AccessGate(), bypass -> {}, new Trace());
    }

    private static long read(DeviceConfig config, int offset, int size) {
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << Byte.SIZE | config.read(offset + i);
        }
        return value;
    }
}
