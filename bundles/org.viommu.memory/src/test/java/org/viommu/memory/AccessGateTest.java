// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class AccessGateTest {
    private final AccessGate gate = new AccessGate();
    private final AccessSlot slot = new AccessSlot();

    @Test
    void gate_without_slots_does_not_wait() {
        gate.awaitQuiescence();
    }

    @Test
    void gate_does_not_wait_for_an_owner_outside() {
        gate.join(slot);
        slot.enter();
        slot.exit();

        gate.awaitQuiescence();
    }

    @Test
    void gate_waits_for_the_outermost_exit() throws InterruptedException {
        gate.join(slot);
        slot.enter();
        slot.enter();
        CountDownLatch passed = new CountDownLatch(1);
        Thread waiter = waiter(passed);

        slot.exit();
        assertThat(passed.await(50, TimeUnit.MILLISECONDS)).isFalse();
        slot.exit();

        passed.await();
        waiter.join();
    }

    @Test
    void gate_does_not_wait_for_an_access_that_began_later() throws InterruptedException {
        gate.join(slot);
        slot.enter();
        CountDownLatch passed = new CountDownLatch(1);
        Thread waiter = waiter(passed);
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        slot.exit();
        slot.enter();

        passed.await();
        waiter.join();
        slot.exit();
    }

    @Test
    void slot_may_stand_at_several_gates() throws InterruptedException {
        AccessGate other = new AccessGate();
        other.join(slot);
        gate.join(slot);
        slot.enter();
        CountDownLatch passed = new CountDownLatch(1);
        Thread waiter = waiter(passed);
        assertThat(passed.await(50, TimeUnit.MILLISECONDS)).isFalse();
        slot.exit();
        passed.await();
        waiter.join();

        gate.leave(slot);
        slot.enter();
        gate.awaitQuiescence();
        slot.exit();
    }

    @Test
    void slot_that_joined_twice_leaves_twice() {
        gate.join(slot);
        gate.join(slot);
        gate.leave(slot);
        gate.leave(slot);
        gate.leave(slot);

        slot.enter();
        gate.awaitQuiescence();
        slot.exit();
    }

    @Test
    void slot_joins_and_leaves_only_from_outside() {
        slot.enter();
        assertThatIllegalStateException().isThrownBy(() -> gate.join(slot));
        slot.exit();
        gate.join(slot);
        slot.enter();
        assertThatIllegalStateException().isThrownBy(() -> gate.leave(slot));
    }

    @Test
    void exit_without_enter_is_refused() {
        assertThatIllegalStateException().isThrownBy(slot::exit);
    }

    private Thread waiter(CountDownLatch passed) {
        Thread waiter = new Thread(() -> {
            gate.awaitQuiescence();
            passed.countDown();
        });
        waiter.start();
        return waiter;
    }
}
