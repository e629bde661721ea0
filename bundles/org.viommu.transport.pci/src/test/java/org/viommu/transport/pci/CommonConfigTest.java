// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.virtio.Await;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.EchoType;

/** The common configuration structure (virtio 1.4, 4.1.4.3). */
class CommonConfigTest {
    private static final int NO_VECTOR = 0xffff;

    private static final long NOTIFICATION_DATA = 1L << 38;
    private static final long NOTIF_CONFIG_DATA = 1L << 39;
    private static final long RING_RESET = 1L << 40;

    private static final long OFFERED =
            EchoType.FEATURE_A | Guest.VERSION_1 | NOTIFICATION_DATA | NOTIF_CONFIG_DATA | RING_RESET;

    private final Guest guest = new Guest();
    private final PciDriver driver = guest.driver;

    @ParameterizedTest
    @ValueSource(longs = {2, 3, 31, 32, 63, 64, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL})
    void C2_feature_words_beyond_the_known_ones_are_zero(long select) {
        driver.common(0, 4, select);
        driver.common(8, 4, select);
        assertThat(driver.common(0, 4)).isEqualTo(select);
        assertThat(driver.common(8, 4)).isEqualTo(select);
        assertThat(driver.common(4, 4)).isZero();
        assertThat(driver.common(12, 4)).isZero();
    }

    @Test
    void C2_offered_features_come_in_words() {
        assertThat(driver.offeredFeatures()).isEqualTo(OFFERED);
        driver.common(4, 4, 0xffff_ffffL);
        assertThat(driver.offeredFeatures()).isEqualTo(OFFERED);
    }

    @Test
    void C3_the_drivers_choice_reads_back() {
        driver.acceptFeatures(EchoType.FEATURE_A | Guest.VERSION_1);
        driver.common(8, 4, 0);
        assertThat(driver.common(12, 4)).isEqualTo(EchoType.FEATURE_A);
        driver.common(8, 4, 1);
        assertThat(driver.common(12, 4)).isEqualTo(1);
    }

    @Test
    void C3_a_choice_beyond_the_known_words_is_refused() {
        driver.setStatus(3);
        driver.acceptFeatures(Guest.VERSION_1);
        driver.common(8, 4, 2);
        driver.common(12, 4, 1);
        driver.setStatus(0xb);
        assertThat(driver.status()).isEqualTo(3);
    }

    @Test
    void C4_the_generation_is_that_of_the_device() {
        guest.type.generation = 7;
        assertThat(driver.configGeneration()).isEqualTo(7);
        guest.type.generation = 255;
        assertThat(driver.configGeneration()).isEqualTo(255);
    }

    @Test
    void C5_a_reset_is_done_when_the_status_reads_zero() {
        driver.master();
        guest.start().echo(0, 1);
        driver.setStatus(0);

        assertThat(driver.status()).isZero();
        for (int queue = 0; queue < 2; queue++) {
            driver.select(queue);
            assertThat(driver.common(0x1c, 2)).isZero();
            assertThat(driver.common(0x18, 2)).isEqualTo(queue == 0 ? 256 : 64);
            assertThat(driver.common(0x20, 8)).isZero();
            assertThat(driver.common(0x1a, 2)).isEqualTo(NO_VECTOR);
        }
        assertThat(driver.common(0x10, 2)).isEqualTo(NO_VECTOR);
        assertThat(driver.common(8, 4)).isZero();
    }

    @Test
    void C6_a_queue_that_does_not_exist_has_size_zero_and_nothing_else() {
        assertThat(driver.common(0x12, 2)).isEqualTo(2);
        for (int queue : new int[] {2, 63, 64, 255, 0xffff}) {
            driver.select(queue);
            driver.common(0x18, 2, 8);
            driver.common(0x1a, 2, 1);
            driver.common(0x1c, 2, 1);
            driver.common(0x20, 8, 0x1000);
            assertThat(driver.common(0x16, 2)).isEqualTo(queue);
            assertThat(driver.common(0x18, 2)).isZero();
            assertThat(driver.common(0x1a, 2)).isEqualTo(NO_VECTOR);
            assertThat(driver.common(0x1c, 4)).isZero();
            assertThat(driver.common(0x20, 8)).isZero();
        }
    }

    @Test
    void C6_sizes_that_are_no_power_of_two_or_too_large_cannot_be_enabled() {
        for (int size : new int[] {0, 3, 255, 257, 512, 0xffff}) {
            driver.select(0);
            driver.common(0x18, 2, size);
            driver.common(0x1c, 2, 1);
            assertThat(driver.common(0x1c, 2)).isZero();
        }
        driver.common(0x18, 2, 128);
        driver.common(0x1c, 2, 1);
        assertThat(driver.common(0x1c, 2)).isEqualTo(1);
    }

    @Test
    void C7_a_queue_is_reset_while_the_others_go_on() {
        driver.master().messages();
        guest.start(Guest.VERSION_1 | RING_RESET);
        guest.echo(0, 1);
        driver.resetQueue(0);

        assertThat(driver.queueResetting(0)).isFalse();
        assertThat(driver.common(0x18, 2)).isEqualTo(256);
        assertThat(driver.common(0x1a, 2)).isEqualTo(NO_VECTOR);
        assertThat(driver.common(0x1c, 2)).isZero();
        assertThat(driver.common(0x20, 8)).isZero();
        assertThat(driver.common(0x28, 8)).isZero();
        assertThat(driver.common(0x30, 8)).isZero();
        guest.add(0, 2);
        driver.kick(0);
        assertThat(guest.echo(1, 3)).isEqualTo(3);
        assertThat(guest.poll(0)).isEqualTo(-1);

        guest.setUpQueue(0);
        assertThat(guest.echo(0, 4)).isEqualTo(4);
        assertThat(driver.queueResetting(0)).isFalse();
        assertThat(driver.status()).isEqualTo(0xf);
    }

    @Test
    void C7_no_queue_is_reset_without_RING_RESET_or_by_another_value() {
        driver.master();
        guest.start().echo(0, 1);
        driver.resetQueue(0);
        assertThat(driver.common(0x1c, 2)).isEqualTo(1);
        assertThat(guest.echo(0, 2)).isEqualTo(2);

        guest.start(Guest.VERSION_1 | RING_RESET);
        driver.select(0);
        for (int value : new int[] {0, 2, 0x100, 0xffff}) {
            driver.common(0x3a, 2, value);
            assertThat(driver.common(0x1c, 2)).isEqualTo(1);
        }
        driver.resetQueue(2);
        assertThat(guest.echo(0, 3)).isEqualTo(3);
    }

    @Test
    void C8_kicks_with_notification_data_are_understood() {
        driver.master();
        guest.start(Guest.VERSION_1 | NOTIFICATION_DATA);
        for (int i = 0; i < 4; i++) {
            guest.add(1, 20 + i);
            driver.kick(1, i + 1);
            int value = 20 + i;
            Await.until("the answer", () -> guest.poll(1) == value);
        }
    }

    @Test
    void C8_the_data_for_kicks_is_there_once_it_is_negotiated() {
        driver.master();
        guest.start();
        driver.select(1);
        assertThat(driver.common(0x38, 2)).isZero();
        guest.start(Guest.VERSION_1 | NOTIF_CONFIG_DATA);
        driver.select(1);
        assertThat(driver.common(0x38, 2)).isEqualTo(1);
        assertThat(guest.echo(1, 5)).isEqualTo(5);
    }

    @Test
    void admin_queues_do_not_exist() {
        driver.common(0x3c, 4, -1L);
        assertThat(driver.common(0x3c, 4)).isZero();
        assertThat(driver.offeredFeatures() & 1L << 41).isZero();
    }

    @Test
    void C12_each_half_of_a_64_bit_field_stands_by_itself() {
        driver.select(1);
        driver.common(0x20, 4, 0x1111_2220L);
        driver.common(0x24, 4, 0x3333_4444L);
        assertThat(driver.common(0x20, 8)).isEqualTo(0x3333_4444_1111_2220L);
        driver.common(0x28, 8, 0x5555_6666_7777_8888L);
        assertThat(driver.common(0x28, 4)).isEqualTo(0x7777_8888L);
        assertThat(driver.common(0x2c, 4)).isEqualTo(0x5555_6666L);
        driver.common(0x30, 4, 0x10L);
        driver.common(0x34, 2, 0x20L);
        driver.common(0x37, 1, 0x30L);
        assertThat(driver.common(0x30, 8)).isEqualTo(0x3000_0020_0000_0010L);
    }

    @Test
    void C13_writing_zero_to_queue_enable_does_nothing() {
        driver.select(0);
        driver.common(0x1c, 2, 1);
        driver.common(0x1c, 2, 0);
        assertThat(driver.common(0x1c, 2)).isEqualTo(1);
    }

    @Test
    void a_device_at_work_refuses_more_queues_and_keeps_the_others() {
        driver.master();
        driver.setStatus(3);
        driver.acceptFeatures(Guest.VERSION_1);
        driver.setStatus(0xb);
        driver.setStatus(0xf);
        driver.select(0);
        driver.common(0x1c, 2, 1);
        assertThat(driver.common(0x1c, 2)).isZero();
        assertThat(driver.status()).isEqualTo(0xf);
    }

    @Test
    void read_only_fields_ignore_writes() {
        driver.common(0x12, 2, 77);
        driver.common(0x15, 1, 77);
        driver.common(0x1e, 2, 77);
        assertThat(driver.common(0x12, 2)).isEqualTo(2);
        assertThat(driver.common(0x15, 1)).isZero();
        assertThat(driver.common(0x1e, 2)).isZero();
    }

    @Test
    void one_access_over_several_fields_sets_each_of_them_once() {
        driver.common(0, 8, 1);
        assertThat(driver.common(4, 4)).isEqualTo(OFFERED >>> 32);
        // Status, generation and queue select.
        driver.common(0x14, 4, 0x0001_ff03L);
        assertThat(driver.common(0x14, 4)).isEqualTo(0x0001_0003L);
    }

    @Test
    void what_lies_behind_the_structure_reads_zero() {
        assertThat(driver.common(0x40, 8)).isZero();
        assertThat(driver.common(0x3c, 8)).isZero();
        driver.common(0x3c, 8, -1L);
        assertThat(driver.common(0xff8, 8)).isZero();
    }

    @Test
    void bad_addresses_need_a_reset_only_once_the_device_uses_them() {
        driver.master();
        driver.setStatus(3);
        driver.acceptFeatures(Guest.VERSION_1);
        driver.setStatus(0xb);
        driver.select(0);
        driver.common(0x20, 8, 0xdead_0000L);
        driver.common(0x1c, 2, 1);
        assertThat(driver.common(0x1c, 2)).isEqualTo(1);
        driver.setStatus(0xf);

        Await.until("NEEDS_RESET", () -> (driver.status() & DeviceStatus.NEEDS_RESET) != 0);
        Await.until("the notification", () -> (driver.isr() & 2) != 0);
        driver.setStatus(0);
        assertThat(driver.status()).isZero();
        assertThat(guest.start().echo(0, 5)).isEqualTo(5);
    }

    @Test
    void device_configuration_is_read_and_written_at_any_size() {
        assertThat(driver.readConfig(0, 8)).isEqualTo(0x0f0e_0d0c_0b0aL);
        assertThat(driver.readConfig(3, 2)).isEqualTo(0x0e0d);
        driver.writeConfig(1, 2, 0x7766);
        assertThat(driver.readConfig(0, 4)).isEqualTo(0x0d77_660aL);
        driver.writeConfig(4, 8, -1L);
        assertThat(driver.readConfig(4, 8)).isEqualTo(0xffffL);
    }
}
