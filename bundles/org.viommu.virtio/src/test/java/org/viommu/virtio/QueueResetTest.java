// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.viommu.virtqueue.QueueAddresses;

/** One queue is reset or disabled while the device works on (virtio 1.4, 2.6.1 and 4.2.2). */
class QueueResetTest {
    private final EchoType type = new EchoType();
    private final EchoDriver driver = new EchoDriver(type);

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Makes sure that the device's thread has done what it was asked to. */
    private void settle() {
        driver.device.pause();
        driver.device.resume();
        driver.device.pause();
        driver.device.resume();
    }

    @Test
    void G9_one_queue_is_reset_while_the_others_go_on() {
        driver.start().echo(0, 1);
        driver.echo(1, 2);
        driver.transport.resetQueue(0);

        assertThat(driver.transport.queueResetting(0)).isFalse();
        assertThat(driver.device.queues().get(0).enabled()).isFalse();
        for (int i = 3; i < 20; i++) {
            assertThat(driver.echo(1, i)).isEqualTo(i);
        }
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    void G9_after_a_queue_reset_no_request_is_executed() {
        driver.start().echo(0, 1);
        driver.transport.resetQueue(0);
        driver.add(0, 2);
        driver.transport.kick(0);
        driver.device.kick(0);
        type.activation.wake(0);

        assertThat(driver.echo(1, 3)).isEqualTo(3);
        settle();
        assertThat(driver.poll(0)).isEqualTo(-1);
        assertThat(type.served).isEqualTo(2);
    }

    @Test
    void G9_after_a_queue_reset_nobody_is_notified_for_it() {
        driver.start().echo(0, 1);
        driver.transport.resetQueue(0);
        int interrupts = driver.queueInterrupts.get(0);
        type.activation.interrupt(0);
        assertThat(driver.queueInterrupts.get(0)).isEqualTo(interrupts);

        type.activation.interrupt(1);
        type.activation.configChanged();
        assertThat(driver.queueInterrupts.get(1)).isPositive();
        assertThat(driver.configInterrupts.get()).isEqualTo(1);
    }

    @Test
    void G9_all_registers_of_the_queue_return_to_their_beginning() {
        driver.start();
        driver.transport.resetQueue(0);

        QueueRegisters queue = driver.device.queues().get(0);
        assertThat(queue.size()).isEqualTo(16);
        assertThat(queue.descriptorArea()).isZero();
        assertThat(queue.driverArea()).isZero();
        assertThat(queue.deviceArea()).isZero();
        assertThat(driver.device.queues().get(1).size()).isEqualTo(EchoDriver.QUEUE_SIZE);
        assertThat(driver.transport.status()).isEqualTo(EchoDriver.READY);
    }

    @Test
    void G9_a_reset_queue_begins_again_with_a_fresh_ring() {
        driver.start();
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 3; j++) {
                assertThat(driver.echo(0, 10 * i + j)).isEqualTo(10 * i + j);
            }
            driver.transport.resetQueue(0);
            driver.setUpQueue(0);
        }
        assertThat(driver.echo(0, 77)).isEqualTo(77);
        assertThat(type.open).isEqualTo(1);
    }

    @Test
    void G9_what_was_available_before_the_queue_was_enabled_again_is_served_without_a_kick() {
        driver.start().echo(0, 1);
        driver.transport.resetQueue(0);
        driver.device.pause();
        driver.setUpQueue(0);
        driver.add(0, 2);
        driver.device.resume();
        Await.until("the answer", () -> driver.poll(0) == 2);
    }

    @Test
    void G9_the_reset_of_a_queue_waits_for_the_buffer_in_hand() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        type.beforeAnswer = () -> {
            reached.countDown();
            await(open);
        };
        driver.start();
        driver.add(0, 1);
        driver.add(0, 2);
        driver.transport.kick(0);
        await(reached);

        Thread resetter = new Thread(() -> driver.transport.resetQueue(0));
        resetter.start();
        Await.until("the reset to wait", () -> resetter.getState() == Thread.State.WAITING);
        open.countDown();
        resetter.join();

        assertThat(type.served).isEqualTo(1);
        assertThat(driver.echo(1, 3)).isEqualTo(3);
    }

    @Test
    void G9_without_RING_RESET_nothing_is_reset() {
        driver.negotiate(VirtioFeatures.VERSION_1).setUpQueues().driverOk();
        assertThat(driver.device.resetQueue(0)).isFalse();
        assertThat(driver.echo(0, 1)).isEqualTo(1);
        assertThat(type.queueResets).isEmpty();
    }

    @Test
    void G9_a_queue_is_reset_before_DRIVER_OK_too() {
        driver.negotiate().setUpQueues();
        driver.transport.resetQueue(0);
        assertThat(driver.device.queues().get(0).enabled()).isFalse();
        driver.setUpQueue(0);
        driver.driverOk();
        assertThat(driver.echo(0, 1)).isEqualTo(1);
        assertThat(type.queueResets).isEmpty();
    }

    @Test
    void the_session_hears_once_of_each_reset_on_its_own_thread() {
        driver.start().echo(0, 1);
        driver.transport.resetQueue(1);
        Await.until("the session to hear of it", () -> type.resetter != null);
        settle();
        assertThat(type.queueResets).containsExactly(1);
        assertThat(type.resetter.getName()).isEqualTo("viommu-test/echo");

        driver.setUpQueue(1);
        assertThat(driver.echo(1, 2)).isEqualTo(2);
        driver.transport.resetQueue(1);
        driver.setUpQueue(1);
        assertThat(driver.echo(1, 3)).isEqualTo(3);
        assertThat(type.queueResets).containsExactly(1, 1);
    }

    @Test
    void a_queue_that_is_reset_before_the_session_begins_can_be_enabled_again() {
        driver.device.pause();
        driver.start();
        driver.transport.resetQueue(0);
        driver.device.resume();
        assertThat(driver.echo(1, 1)).isEqualTo(1);
        driver.setUpQueue(0);
        assertThat(driver.echo(0, 2)).isEqualTo(2);
    }

    @Test
    void the_reset_of_a_queue_leaves_a_paused_device_paused() {
        driver.start().echo(0, 1);
        driver.device.pause();
        driver.transport.resetQueue(0);
        driver.add(1, 2);
        driver.transport.kick(1);
        assertThat(driver.poll(1)).isEqualTo(-1);
        assertThat(type.queueResets).isEmpty();

        driver.device.resume();
        Await.until("the answer", () -> driver.poll(1) == 2);
        Await.until("the session to hear of it", () -> !type.queueResets.isEmpty());
    }

    @Test
    void a_queue_that_was_not_enabled_at_DRIVER_OK_stays_out_of_use() {
        driver.negotiate();
        driver.setUpQueue(1);
        driver.driverOk();
        driver.transport.resetQueue(0);
        assertThat(driver.transport.enableQueue(0, EchoDriver.addresses(0))).isFalse();
        assertThat(driver.echo(1, 1)).isEqualTo(1);
    }

    @Test
    void bad_addresses_of_a_queue_that_is_enabled_again_need_a_reset() {
        driver.start().echo(0, 1);
        driver.transport.resetQueue(0);
        assertThat(driver.transport.enableQueue(0, new QueueAddresses(8, 0x1000, 0x2000, 0x3000)))
                .isTrue();
        Await.until("NEEDS_RESET", driver::needsReset);
        Await.until("the notification", () -> driver.configInterrupts.get() == 1);

        driver.transport.resetQueue(1);
        assertThat(driver.start().echo(0, 2)).isEqualTo(2);
    }

    @Test
    void M4_a_disabled_queue_is_not_used_and_keeps_its_registers() {
        driver.negotiate(VirtioFeatures.VERSION_1).setUpQueues().driverOk();
        driver.echo(0, 1);
        driver.device.disableQueue(0);
        driver.add(0, 2);
        driver.transport.kick(0);
        assertThat(driver.echo(1, 3)).isEqualTo(3);
        assertThat(driver.poll(0)).isEqualTo(-1);

        QueueRegisters queue = driver.device.queues().get(0);
        assertThat(queue.enabled()).isFalse();
        assertThat(queue.size()).isEqualTo(EchoDriver.QUEUE_SIZE);
        assertThat(queue.descriptorArea()).isEqualTo(EchoDriver.addresses(0).descriptorArea());
        driver.setUpQueue(0);
        assertThat(driver.echo(0, 4)).isEqualTo(4);
    }

    @Test
    void a_session_can_open_a_queue_only_once() {
        driver.start().echo(0, 1);
        assertThatIllegalStateException().isThrownBy(() -> type.activation.openQueue(0, driver.access));
    }

    @Test
    void what_a_session_does_with_a_reset_queue_has_no_effect() {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean first = new AtomicBoolean(true);
        driver.start().echo(0, 1);
        driver.device.pause();
        driver.transport.resetQueue(0);
        type.beforeAnswer = () -> {
            if (first.getAndSet(false)) {
                try {
                    type.useIdly(0);
                } catch (Throwable e) {
                    failure.set(e);
                }
            }
        };
        driver.device.resume();
        assertThat(driver.echo(1, 5)).isEqualTo(5);
        assertThat(failure).hasNullValue();
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    void resets_of_a_queue_in_the_middle_of_traffic_leave_nothing_behind() throws Exception {
        driver.start();
        AtomicBoolean over = new AtomicBoolean();
        Thread kicker = new Thread(() -> {
            while (!over.get()) {
                driver.device.kick(0);
                driver.device.kick(1);
            }
        });
        kicker.start();
        for (int i = 0; i < 300; i++) {
            driver.add(0, i);
            driver.transport.kick(0);
            if (i % 3 == 0) {
                assertThat(driver.echo(1, i)).isEqualTo(i);
            }
            driver.transport.resetQueue(0);
            driver.setUpQueue(0);
        }
        over.set(true);
        kicker.join();
        assertThat(driver.echo(0, 77)).isEqualTo(77);
        assertThat(driver.device.faults().defects()).isZero();
        assertThat(driver.needsReset()).isFalse();
    }
}
