// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.driver.DriverException.Reason;
import org.viommu.virtio.Await;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.VirtioFeatures;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtqueue.RingFeatures;

/** Negotiation, configuration and the end of a driver. */
class IommuDriverStartTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final Guest guest = new Guest();

    private void assertRefused(Reason reason) {
        assertThatThrownBy(() -> guest.start(SHORT)).isInstanceOfSatisfying(DriverException.class, e -> {
            assertThat(e.reason()).isEqualTo(reason);
            assertThat(e.getMessage()).isNotBlank();
        });
        assertThat(guest.transport.status() & DeviceStatus.FAILED).isEqualTo(DeviceStatus.FAILED);
        assertThat(guest.transport.status() & DeviceStatus.DRIVER_OK).isZero();
    }

    @Test
    void R1_everything_known_that_is_offered_is_accepted() throws DriverException {
        guest.iommu.features |= RingFeatures.EVENT_IDX | RingFeatures.INDIRECT_DESC;
        try (IommuDriver driver = guest.start()) {
            assertThat(driver.features())
                    .isEqualTo(IommuFeatures.INPUT_RANGE
                            | IommuFeatures.DOMAIN_RANGE
                            | IommuFeatures.MAP_UNMAP
                            | IommuFeatures.PROBE
                            | IommuFeatures.MMIO
                            | IommuFeatures.BYPASS_CONFIG
                            | RingFeatures.EVENT_IDX
                            | VirtioFeatures.VERSION_1);
            assertThat(guest.transport.status()).isEqualTo(0xf);
            assertThat(driver.detach(1, 2)).isEqualTo(RequestStatus.OK);
        }
    }

    @Test
    void R1_the_configuration_is_read_where_its_features_say_it_is_valid() throws DriverException {
        try (IommuDriver driver = guest.start()) {
            assertThat(driver.config())
                    .isEqualTo(new IommuConfig(0x4020_1000L, 0x1000, 0x7f_ffff_ffffL, 1, 0x9000_0000, 512));
            assertThat(driver.config().granule()).isEqualTo(0x1000);
        }
    }

    @Test
    void R1_fields_whose_features_are_not_offered_have_the_widest_meaning() throws DriverException {
        guest.iommu.features = IommuFeatures.MAP_UNMAP;
        try (IommuDriver driver = guest.start()) {
            assertThat(driver.config()).isEqualTo(new IommuConfig(0x4020_1000L, 0, -1L, 0, -1, 0));
            assertThat(driver.map(-1, 0, -1L, 0, 3)).isEqualTo(RequestStatus.OK);
            assertThatThrownBy(() -> driver.probe(1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(driver::bypass).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> driver.setBypass(true)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void R2_R3_the_bypass_byte_is_the_only_one_that_is_ever_written() throws DriverException {
        try (IommuDriver driver = guest.start()) {
            driver.setBypass(true);
            driver.setBypass(false);
        }
        assertThat(guest.iommu.configWrites).containsExactly("36=1", "36=0");
    }

    @Test
    void R4_only_bit_0_of_the_bypass_byte_counts() throws DriverException {
        try (IommuDriver driver = guest.start()) {
            guest.iommu.config.put(IommuConfigLayout.BYPASS, (byte) 0xfe);
            assertThat(driver.bypass()).isFalse();
            guest.iommu.config.put(IommuConfigLayout.BYPASS, (byte) 0xff);
            assertThat(driver.bypass()).isTrue();
        }
    }

    @Test
    void R5_a_device_without_MAP_and_UNMAP_is_given_up() {
        guest.iommu.features = IommuFeatures.PROBE;
        assertRefused(Reason.FEATURES);
    }

    @Test
    void a_device_that_refuses_the_features_is_given_up() {
        guest.iommu.refused = IommuFeatures.PROBE;
        assertRefused(Reason.FEATURES);
    }

    @Test
    void a_configuration_that_contradicts_the_standard_is_refused() {
        guest.iommu.config.putLong(IommuConfigLayout.PAGE_SIZE_MASK, 0);
        assertRefused(Reason.CONFIGURATION);
        guest.iommu.config.putLong(IommuConfigLayout.PAGE_SIZE_MASK, 0x1000);
        guest.iommu.config.putLong(IommuConfigLayout.INPUT_RANGE_START, -1L);
        assertRefused(Reason.CONFIGURATION);
        guest.iommu.config.putLong(IommuConfigLayout.INPUT_RANGE_START, 0);
        guest.iommu.config.putInt(IommuConfigLayout.DOMAIN_RANGE_START, -1);
        assertRefused(Reason.CONFIGURATION);
        guest.iommu.config.putInt(IommuConfigLayout.DOMAIN_RANGE_START, 0);
        guest.iommu.config.putInt(IommuConfigLayout.PROBE_SIZE, -1);
        assertRefused(Reason.CONFIGURATION);
    }

    @Test
    void a_configuration_that_never_keeps_still_is_given_up_in_time() {
        guest.iommu.restless = true;
        assertRefused(Reason.TIMEOUT);
    }

    @Test
    void a_device_of_another_type_is_refused() {
        guest.plugIn();
        assertThatThrownBy(() -> IommuDriver.start(new NoDevice(), guest.driverMemory, SHORT, guest.faults::add))
                .isInstanceOfSatisfying(
                        DriverException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_DEVICE));
    }

    @Test
    void a_queue_of_one_entry_is_refused() {
        guest.iommu.queueSizes = new int[] {1, 16};
        assertRefused(Reason.QUEUE);
    }

    @Test
    void a_missing_queue_is_refused() {
        guest.iommu.queueSizes = new int[] {64};
        assertRefused(Reason.QUEUE);
    }

    @Test
    void memory_that_does_not_exist_is_refused() {
        guest.memory.replace(List.of());
        assertRefused(Reason.MEMORY);
    }

    @Test
    void memory_that_is_too_small_is_refused_with_what_is_needed() {
        guest.plugIn();
        DriverMemory small = new DriverMemory(guest.memory, Guest.BASE, Guest.BASE + 4095);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IommuDriver.start(guest.transport, small, SHORT, guest.faults::add))
                .withMessageContaining("0x100000000-0x100000fff");
    }

    @Test
    void nothing_is_touched_outside_of_the_drivers_memory() throws DriverException {
        guest.iommu.queueSizes = new int[] {4096, 4096};
        try (IommuDriver driver = guest.start()) {
            RequestBatch batch = driver.batch(1000);
            for (int i = 0; i < 1000; i++) {
                batch.map(1, 0x1000, 0x1fff, 0, 1);
            }
            assertThat(batch.flush()).isZero();
            driver.probe(1);
        }
        for (int i = 0; i < Guest.SIZE; i++) {
            if (i < 3 || i >= 3 + DriverMemory.USUAL_SIZE) {
                assertThat(guest.bytes.get(i)).isEqualTo((byte) 0xa5);
            }
        }
    }

    @Test
    void closing_resets_the_device_and_ends_the_driver() throws DriverException {
        IommuDriver driver = guest.start();
        driver.close();
        driver.close();
        assertThat(guest.transport.status()).isZero();
        assertThatThrownBy(() -> driver.detach(1, 1))
                .isInstanceOfSatisfying(
                        DriverException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
        assertThatThrownBy(() -> driver.batch(1).flush())
                .isInstanceOfSatisfying(
                        DriverException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
    }

    @Test
    void a_device_can_be_driven_again_after_the_driver_was_closed() throws DriverException {
        for (int i = 0; i < 3; i++) {
            try (IommuDriver driver = guest.start()) {
                assertThat(driver.attach(1, i, 0)).isEqualTo(RequestStatus.OK);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {RingFeatures.PACKED, RingFeatures.IN_ORDER, RingFeatures.PACKED | RingFeatures.IN_ORDER})
    void packed_and_in_order_rings_are_used_where_they_are_offered(long rings) throws DriverException {
        guest.iommu.features |= rings | RingFeatures.EVENT_IDX;
        try (IommuDriver driver = guest.start()) {
            assertThat(driver.features() & RingFeatures.OPTIONAL).isEqualTo(rings);
            RequestBatch batch = driver.batch(1000);
            for (int i = 0; i < 1000; i++) {
                batch.map(1, 0x1000, 0x1fff, 0, 1);
            }
            assertThat(batch.flush()).isZero();
            assertThat(driver.probe(1).status()).isEqualTo(RequestStatus.OK);
            Await.until("the event buffers", () -> guest.iommu.eventBuffers == 16);
            guest.iommu.report(new byte[24]);
            Await.until("a report", () -> guest.faults.size() == 1);
        }
    }
}
