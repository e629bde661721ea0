// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Order of initialisation and meaning of the status bits (virtio 1.4, 2.1 and 3.1.1). */
class VirtioDeviceStatusTest {
    private final EchoType type = new EchoType();
    private final EchoDriver driver = new EchoDriver(type);

    @Test
    void G1_the_order_of_the_standard_ends_with_a_working_device() {
        assertThat(driver.transport.status()).isZero();
        driver.start();

        assertThat(driver.transport.status()).isEqualTo(EchoDriver.READY);
        assertThat(driver.echo(0, 0x1234)).isEqualTo(0x1234);
        assertThat(driver.echo(1, 0x5678)).isEqualTo(0x5678);
    }

    @Test
    void G1_each_bit_reads_back_when_it_is_written() {
        driver.transport.setStatus(DeviceStatus.ACKNOWLEDGE);
        assertThat(driver.transport.status()).isEqualTo(DeviceStatus.ACKNOWLEDGE);
        driver.transport.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
        assertThat(driver.transport.status()).isEqualTo(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
    }

    @Test
    void G1_only_a_reset_clears_bits() {
        driver.start();
        driver.transport.setStatus(DeviceStatus.FAILED);
        assertThat(driver.transport.status()).isEqualTo(EchoDriver.READY | DeviceStatus.FAILED);

        driver.transport.setStatus(0);
        assertThat(driver.transport.status()).isZero();
    }

    @Test
    void G1_bits_of_the_device_and_undefined_bits_cannot_be_written() {
        driver.transport.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.NEEDS_RESET | 16 | 32 | 0x100);
        assertThat(driver.transport.status()).isEqualTo(DeviceStatus.ACKNOWLEDGE);
    }

    @Test
    void G1_DRIVER_OK_without_FEATURES_OK_is_refused() {
        driver.setUpQueues();
        driver.add(0, 1);
        driver.transport.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.DRIVER_OK);

        assertThat(driver.transport.status()).isEqualTo(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
        assertThat(type.activation).isNull();
    }

    @Test
    void G1_DRIVER_OK_with_refused_features_is_refused() {
        driver.transport.acceptFeatures(-1L);
        driver.transport.setStatus(EchoDriver.READY);

        assertThat(driver.transport.status()).isEqualTo(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
        assertThat(type.activation).isNull();
    }

    @Test
    void G1_all_bits_in_one_write_are_taken_in_order() {
        driver.transport.acceptFeatures(VirtioFeatures.VERSION_1);
        driver.setUpQueues();
        driver.transport.setStatus(EchoDriver.READY);

        assertThat(driver.transport.status()).isEqualTo(EchoDriver.READY);
        assertThat(driver.echo(0, 7)).isEqualTo(7);
    }

    @Test
    void G1_DRIVER_OK_twice_starts_one_session() {
        driver.start();
        driver.echo(0, 1);
        DeviceActivation first = type.activation;
        driver.driverOk();

        assertThat(driver.echo(0, 2)).isEqualTo(2);
        assertThat(type.activation).isSameAs(first);
    }

    @Test
    void G2_nothing_is_served_before_DRIVER_OK() {
        driver.negotiate().setUpQueues();
        driver.add(0, 42);
        driver.transport.kick(0);

        assertThat(type.activation).isNull();
        assertThat(driver.poll(0)).isEqualTo(-1);
        assertThat(driver.queueInterrupts.get(0)).isZero();
    }

    @Test
    void G2_what_was_available_before_DRIVER_OK_is_served_without_another_kick() {
        driver.negotiate().setUpQueues();
        driver.add(0, 42);
        driver.add(1, 43);
        driver.driverOk();

        Await.until("queue 0", () -> driver.poll(0) == 42);
        Await.until("queue 1", () -> driver.poll(1) == 43);
    }

    @Test
    void G2_kicks_of_queues_that_do_not_exist_or_are_not_enabled_are_ignored() {
        driver.negotiate();
        driver.transport.kick(0);
        driver.driverOk();
        for (int queue : new int[] {0, 1, 2, 63, 64, 65535, -1, Integer.MIN_VALUE}) {
            driver.device.kick(queue);
        }
        assertThat(driver.transport.status()).isEqualTo(EchoDriver.READY);
        driver.device.reset();
        assertThat(driver.start().echo(0, 9)).isEqualTo(9);
    }

    @Test
    void G7_configuration_can_be_read_before_FEATURES_OK() {
        assertThat(driver.transport.readConfig(0, 4)).isEqualTo(0x0d0c0b0aL);
        assertThat(driver.transport.readConfig(4, 2)).isEqualTo(0x0f0e);
        assertThat(driver.transport.readConfig(5, 1)).isEqualTo(0x0f);
    }

    @Test
    void configuration_outside_of_the_space_reads_as_zero_and_ignores_writes() {
        assertThat(driver.transport.readConfig(4, 4)).isEqualTo(0x0f0eL);
        assertThat(driver.transport.readConfig(-2, 4)).isEqualTo(0x0b0a0000L);
        assertThat(driver.transport.readConfig(Integer.MAX_VALUE - 3, 4)).isZero();
        driver.transport.writeConfig(4, 4, 0x55667788L);
        assertThat(type.config).containsExactly(10, 11, 12, 13, 0x88, 0x77);
    }

    @Test
    void configuration_writes_know_what_has_been_accepted() {
        driver.transport.writeConfig(0, 1, 1);
        assertThat(type.acceptedAtWrite).isZero();
        driver.negotiate();
        driver.transport.writeConfig(0, 1, 1);
        assertThat(type.acceptedAtWrite).isEqualTo(driver.transport.offeredFeatures());
    }

    @Test
    void the_generation_is_that_of_the_type() {
        type.generation = 200;
        assertThat(driver.transport.configGeneration()).isEqualTo(200);
    }
}
