// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Reset, pause and close while the device is at work (virtio 1.4, 2.4). */
class VirtioDeviceResetTest {
    private final EchoType type = new EchoType();
    private final EchoDriver driver = new EchoDriver(type);

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Lets the device's thread stop in the middle of a buffer. */
    private final class Obstacle {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch open = new CountDownLatch(1);

        Obstacle() {
            type.beforeAnswer = () -> {
                reached.countDown();
                await(open);
            };
            driver.start();
            driver.add(0, 1);
            driver.transport.kick(0);
            await(reached);
        }
    }

    @Test
    void G6_a_reset_is_done_only_when_the_device_has_come_to_rest() throws Exception {
        Obstacle obstacle = new Obstacle();
        Thread resetter = new Thread(() -> driver.transport.setStatus(0));
        resetter.start();
        Await.until("the reset to wait", () -> resetter.getState() == Thread.State.WAITING);
        assertThat(driver.transport.status()).isEqualTo(EchoDriver.READY);
        assertThat(type.open).isEqualTo(1);

        obstacle.open.countDown();
        resetter.join();
        assertThat(driver.transport.status()).isZero();
        assertThat(type.open).isZero();
    }

    @Test
    void G6_an_interrupted_thread_waits_all_the_same() throws Exception {
        Obstacle obstacle = new Obstacle();
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread resetter = new Thread(() -> {
            driver.device.reset();
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        resetter.start();
        resetter.interrupt();
        Await.until("the reset to wait", () -> resetter.getState() == Thread.State.WAITING);
        assertThat(driver.transport.status()).isEqualTo(EchoDriver.READY);

        obstacle.open.countDown();
        resetter.join();
        assertThat(interrupted).isTrue();
        assertThat(driver.transport.status()).isZero();
    }

    @Test
    void G6_after_a_reset_no_queue_is_used_and_nobody_is_notified() {
        driver.start().echo(0, 1);
        DeviceActivation old = type.activation;
        driver.device.reset();
        int interrupts = driver.queueInterrupts.get(0);

        driver.add(0, 2);
        driver.transport.kick(0);
        old.wake(0);
        old.interrupt(0);
        old.configChanged();

        assertThat(driver.poll(0)).isEqualTo(-1);
        assertThat(driver.queueInterrupts.get(0)).isEqualTo(interrupts);
        assertThat(driver.configInterrupts.get()).isZero();
    }

    @Test
    void G6_a_driver_that_never_stops_filling_its_queue_cannot_hold_up_a_reset() {
        // On the device's own thread, so that the queue is never empty when the device looks again.
        driver.onInterrupt = () -> {
            driver.poll(0);
            driver.add(0, 1);
        };
        driver.negotiate(VirtioFeatures.VERSION_1).setUpQueues();
        driver.add(0, 1);
        driver.driverOk();
        Await.until("traffic", () -> type.served > 100);

        driver.device.reset();
        assertThat(driver.transport.status()).isZero();
        assertThat(type.open).isZero();
    }

    @Test
    void G6_all_registers_return_to_their_beginning() {
        driver.start();
        driver.device.reset();

        assertThat(driver.device.queues()).allSatisfy(queue -> {
            assertThat(queue.enabled()).isFalse();
            assertThat(queue.size()).isEqualTo(queue.maxSize());
            assertThat(queue.descriptorArea()).isZero();
        });
        assertThat(driver.device.acceptedFeatures()).isZero();
        assertThat(driver.device.driverFeatures()).isZero();
    }

    @Test
    void G6_a_device_cannot_wait_for_itself() {
        AtomicBoolean refused = new AtomicBoolean();
        type.beforeAnswer = () -> {
            try {
                driver.device.reset();
            } catch (IllegalStateException e) {
                refused.set(true);
            }
        };
        driver.start();
        assertThat(driver.echo(0, 4)).isEqualTo(4);
        assertThat(refused).isTrue();
    }

    @Test
    void a_system_reset_reaches_the_type_without_a_session() {
        driver.start().echo(0, 1);
        driver.device.systemReset();
        assertThat(type.systemResets).isEqualTo(1);
        assertThat(type.open).isZero();
        driver.start();
        driver.device.reset();
        assertThat(type.systemResets).isEqualTo(1);
    }

    @Test
    void a_paused_device_stands_still_and_forgets_nothing() {
        driver.start().echo(0, 1);
        driver.device.pause();
        driver.add(0, 2);
        driver.transport.kick(0);
        assertThat(driver.poll(0)).isEqualTo(-1);
        assertThat(type.served).isEqualTo(1);

        driver.device.resume();
        Await.until("the answer", () -> driver.poll(0) == 2);
    }

    @Test
    void a_pause_waits_for_the_buffer_in_hand_and_the_rest_is_served_later() throws Exception {
        Obstacle obstacle = new Obstacle();
        driver.add(0, 2);
        Thread pauser = new Thread(driver.device::pause);
        pauser.start();
        Await.until("the pause to wait", () -> pauser.getState() == Thread.State.WAITING);
        obstacle.open.countDown();
        pauser.join();

        assertThat(type.served).isEqualTo(1);
        driver.device.resume();
        Await.until("the second buffer", () -> type.served == 2);
    }

    @Test
    void a_device_that_is_paused_before_DRIVER_OK_begins_when_it_is_resumed() {
        driver.device.pause();
        driver.start();
        driver.add(0, 2);
        driver.transport.kick(0);
        assertThat(type.activation).isNull();
        assertThat(driver.transport.status()).isEqualTo(EchoDriver.READY);

        driver.device.resume();
        Await.until("the answer", () -> driver.poll(0) == 2);
    }

    @Test
    void a_paused_device_can_be_reset() {
        driver.start().echo(0, 1);
        driver.device.pause();
        driver.device.reset();
        assertThat(driver.transport.status()).isZero();
        assertThat(type.open).isZero();
        driver.device.resume();
        assertThat(driver.start().echo(0, 2)).isEqualTo(2);
    }

    @Test
    void a_device_that_never_began_is_reset_without_a_session() {
        driver.device.pause();
        driver.start();
        driver.device.reset();
        assertThat(type.activation).isNull();
    }

    @Test
    void a_closed_device_never_becomes_active_again() {
        driver.start().echo(0, 1);
        driver.device.close();
        driver.device.close();
        assertThat(type.open).isZero();

        driver.start();
        assertThat(driver.transport.status())
                .isEqualTo(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK);
    }

    @Test
    void wake_has_a_queue_served_without_a_kick() {
        driver.start().echo(0, 1);
        driver.add(0, 2);
        type.activation.wake(0);
        Await.until("the answer", () -> driver.poll(0) == 2);
    }

    @Test
    void used_buffer_notifications_come_only_if_they_are_wanted() throws Exception {
        driver.negotiate(VirtioFeatures.VERSION_1).setUpQueues().driverOk();
        driver.queues[0].suppressInterrupts();
        driver.echo(0, 1);
        driver.device.pause();
        assertThat(driver.queueInterrupts.get(0)).isZero();

        driver.device.resume();
        driver.queues[0].enableInterrupts();
        driver.echo(0, 2);
        Await.until("the interrupt", () -> driver.queueInterrupts.get(0) == 1);
    }

    @Test
    void resets_in_the_middle_of_traffic_leave_nothing_behind() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread kicker = new Thread(() -> {
            while (!over.get()) {
                driver.device.kick(0);
                driver.device.kick(1);
            }
        });
        kicker.start();
        for (int i = 0; i < 300; i++) {
            driver.start();
            driver.add(0, i);
            if (i % 3 == 0) {
                Await.until("the answer", () -> type.served > 0);
            }
            driver.device.reset();
            assertThat(type.open).isZero();
            type.served = 0;
        }
        over.set(true);
        kicker.join();
        assertThat(driver.device.faults().defects()).isZero();
        assertThat(driver.start().echo(0, 77)).isEqualTo(77);
    }
}
