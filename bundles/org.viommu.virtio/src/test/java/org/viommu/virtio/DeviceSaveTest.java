// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.viommu.virtqueue.RingFeatures;

/** Devices that are saved and go on in a fresh instance. */
class DeviceSaveTest {
    private final EchoType type = new EchoType();
    private final EchoDriver driver = new EchoDriver(type);

    /** A fresh device on the same memory, which stands still. */
    private VirtioDevice fresh(DeviceType freshType) {
        VirtioDevice device = new VirtioDevice("test/fresh", freshType, EchoDriver.platform(driver.memory, false));
        new InProcessTransport(device).connect(driver);
        device.pause();
        return device;
    }

    private DeviceState save() {
        driver.device.pause();
        DeviceState state = driver.device.save();
        ByteBuffer bytes = ByteBuffer.allocate(state.bytes());
        state.write(bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        return DeviceState.read(bytes.flip());
    }

    @Test
    void device_goes_on_with_status_features_and_queues() {
        driver.start();
        assertThat(driver.echo(0, 1)).isEqualTo(1);
        driver.add(1, 7);
        DeviceState state = save();
        driver.device.close();

        EchoType freshType = new EchoType();
        try (VirtioDevice device = fresh(freshType)) {
            device.restore(state);
            assertThat(device.status()).isEqualTo(EchoDriver.READY);
            assertThat(device.acceptedFeatures()).isEqualTo(state.driverFeatures());
            assertThat(device.queues().get(0).descriptorArea())
                    .isEqualTo(EchoDriver.addresses(0).descriptorArea());
            assertThat(freshType.sessions).isZero();

            device.resume();
            int[] answer = {-1};
            Await.until("the answer to what was available before", () -> (answer[0] = driver.poll(1)) != -1);
            assertThat(answer[0]).isEqualTo(7);
        }
        assertThat(freshType.served).isEqualTo(1);
    }

    @Test
    void driver_that_sleeps_is_interrupted_once_for_each_queue() {
        driver.start();
        DeviceState state = save();
        driver.device.close();
        int before = driver.queueInterrupts.get(0);

        try (VirtioDevice device = fresh(new EchoType())) {
            device.restore(state);
            assertThat(driver.queueInterrupts.get(0)).isEqualTo(before);
            device.resume();
            Await.until("an interrupt", () -> driver.queueInterrupts.get(0) > before);
        }
    }

    @Test
    void device_in_the_middle_of_its_initialisation_goes_on_there() {
        driver.negotiate();
        driver.setUpQueue(1);
        DeviceState state = save();

        try (VirtioDevice device = fresh(new EchoType())) {
            device.restore(state);
            device.resume();
            assertThat(device.status()).isEqualTo(0xb);
            assertThat(device.queues().get(1).enabled()).isTrue();
            device.setStatus(EchoDriver.READY);
            driver.add(1, 3);
            device.kick(1);
            Await.until("an answer", () -> driver.poll(1) == 3);
        }
    }

    @Test
    void queue_that_was_reset_can_be_enabled_again_and_one_that_never_was_cannot() {
        driver.negotiate();
        driver.setUpQueue(0);
        driver.driverOk();
        driver.transport.resetQueue(0);
        driver.device.queues().get(0).setSize(-1);
        DeviceState state = save();

        try (VirtioDevice device = fresh(new EchoType())) {
            device.restore(state);
            device.resume();
            device.enableQueue(1);
            assertThat(device.queues().get(1).enabled()).isFalse();
            QueueRegisters registers = device.queues().get(0);
            registers.setSize(EchoDriver.QUEUE_SIZE);
            registers.setDescriptorArea(EchoDriver.addresses(0).descriptorArea());
            registers.setDriverArea(EchoDriver.addresses(0).driverArea());
            registers.setDeviceArea(EchoDriver.addresses(0).deviceArea());
            driver.clear(0, state.driverFeatures());
            device.enableQueue(0);
            driver.add(0, 9);
            device.kick(0);
            Await.until("an answer", () -> driver.poll(0) == 9);
        }
    }

    @Test
    void device_that_needs_a_reset_still_does() {
        type.atStart = () -> {
            throw new IllegalStateException("a defect");
        };
        driver.start();
        Await.until("the break-down", driver::needsReset);
        DeviceState state = save();
        EchoType freshType = new EchoType();

        try (VirtioDevice device = fresh(freshType)) {
            device.restore(state);
            device.resume();
            assertThat(device.status()).isEqualTo(EchoDriver.READY | DeviceStatus.NEEDS_RESET);
            device.kick(0);
            device.reset();
            assertThat(device.status()).isZero();
        }
        assertThat(freshType.sessions).isZero();
    }

    @Test
    void state_of_the_type_and_the_generation_go_on() {
        type.config[2] = 99;
        type.generation = 254;
        DeviceState state = save();
        EchoType freshType = new EchoType();
        freshType.generation = 3;

        try (VirtioDevice device = fresh(freshType)) {
            device.restore(state);
            assertThat(device.readConfig(2)).isEqualTo(99);
            assertThat(device.configGeneration()).isEqualTo(254);
            freshType.generation += 2;
            assertThat(device.configGeneration()).isZero();
        }
    }

    @Test
    void device_that_does_not_stand_still_is_neither_saved_nor_restored() {
        driver.start();
        assertThatIllegalStateException().isThrownBy(driver.device::save).withMessageContaining("paused");
        DeviceState state = save();
        assertThatIllegalStateException().isThrownBy(() -> driver.device.restore(state));
        driver.device.reset();
        driver.device.restore(state);
        driver.device.close();
        assertThatIllegalStateException().isThrownBy(() -> driver.device.restore(state));
    }

    @Test
    void device_that_cannot_go_on_says_why_and_stays_as_it_was() {
        driver.start();
        DeviceState state = save();
        EchoType refusing = new EchoType();
        refusing.refused = EchoType.FEATURE_A;

        try (VirtioDevice device = fresh(refusing)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> device.restore(state))
                    .withMessageContaining("does not accept");
            assertThat(device.status()).isZero();
            assertThat(device.driverFeatures()).isZero();
        }
        try (VirtioDevice device = fresh(EchoType.of(RingFeatures.EVENT_IDX | EchoType.FEATURE_B, 16, 4))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> device.restore(state))
                    .withMessageContaining("queue 1 of at most 4 entries, split, cannot be");
            assertThat(device.status()).isZero();
        }
    }
}
