// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One slot at the gate of something in front of memory and at the memory's own. */
@Timeout(300)
class SharedSlotTest {
    private final AccessGate front = new AccessGate();
    private final AccessSlot slot = new AccessSlot();
    private final GuestMemory memory = new GuestMemory();
    private final MemoryAccess access;

    SharedSlotTest() {
        memory.add(Windows.writable(0, 0x1000));
        front.join(slot);
        access = memory.open(slot);
    }

    @Test
    void bracket_of_the_access_holds_both_gates() throws InterruptedException {
        access.enter();
        CountDownLatch passed = new CountDownLatch(2);
        start(() -> {
            front.awaitQuiescence();
            passed.countDown();
        });
        start(() -> {
            memory.replace(List.of());
            passed.countDown();
        });

        assertThat(passed.await(50, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(passed.getCount()).isEqualTo(2);
        access.exit();
        passed.await();
    }

    @Test
    void bracket_of_the_slot_holds_the_memory_too() throws InterruptedException, AccessFault {
        slot.enter();
        access.putInt(0, 1);
        CountDownLatch passed = new CountDownLatch(1);
        start(() -> {
            memory.replace(List.of());
            passed.countDown();
        });

        assertThat(passed.await(50, TimeUnit.MILLISECONDS)).isFalse();
        slot.exit();
        passed.await();
    }

    @Test
    void closing_the_access_leaves_the_memory_only() throws InterruptedException {
        access.close();
        slot.enter();
        memory.replace(List.of());
        CountDownLatch passed = new CountDownLatch(1);
        start(() -> {
            front.awaitQuiescence();
            passed.countDown();
        });

        assertThat(passed.await(50, TimeUnit.MILLISECONDS)).isFalse();
        slot.exit();
        passed.await();
    }

    private static void start(Runnable task) {
        new Thread(task).start();
    }
}
