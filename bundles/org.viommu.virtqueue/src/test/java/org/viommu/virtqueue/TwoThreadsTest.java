// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.RingRig.BUFFERS;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.viommu.memory.MemoryAccess;

/**
 * Driver and device on threads of their own that sleep whenever the ring lets them: a lost notification would leave
 * both asleep. Each bracket spans all steps from one sleep to the next, so that no fence but the queues' own orders
 * them.
 */
@Timeout(300)
class TwoThreadsTest {
    private static final int SIZE = 16;
    private static final int REQUESTS = 100_000;
    private static final int SLOT = 32;

    private final RingRig rig = new RingRig(SIZE);
    private final Semaphore kicks = new Semaphore(0);
    private final Semaphore interrupts = new Semaphore(0);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @ParameterizedTest
    @MethodSource("negotiations")
    void no_request_and_no_notification_is_lost(long negotiated, boolean suppress) throws Exception {
        Thread device = new Thread(() -> serve(negotiated, suppress));
        device.setDaemon(true);
        device.start();
        drive(negotiated, suppress);
        device.join();
        assertThat(failure.get()).isNull();
    }

    static Stream<Arguments> negotiations() {
        return LongStream.of(0, RingFeatures.PACKED)
                .flatMap(layout -> LongStream.of(
                        layout,
                        layout | RingFeatures.EVENT_IDX,
                        layout | RingFeatures.EVENT_IDX | RingFeatures.IN_ORDER))
                .boxed()
                .flatMap(features -> Stream.of(Arguments.of(features, false), Arguments.of(features, true)));
    }

    private void serve(long features, boolean suppress) {
        try {
            MemoryAccess access = rig.memory.open();
            DeviceQueue queue = Virtqueues.openDevice(rig.addresses, features, access);
            Chain chain = new Chain();
            int served = 0;
            while (served < REQUESTS) {
                access.enter();
                if (suppress) {
                    queue.suppressKicks();
                }
                while (queue.pop(chain)) {
                    chain.writeLong(0, ~chain.readLong(0));
                    queue.push(chain, 8);
                    served++;
                }
                queue.publish();
                if (queue.interruptWanted()) {
                    interrupts.release();
                }
                boolean idle = !queue.enableKicks();
                access.exit();
                if (idle && served < REQUESTS) {
                    kicks.acquire();
                }
            }
        } catch (Throwable thrown) {
            failure.set(thrown);
            interrupts.release(REQUESTS);
        }
    }

    private void drive(long features, boolean suppress) throws Exception {
        MemoryAccess access = rig.memory.open();
        DriverQueue queue = Virtqueues.openDriver(rig.addresses, features, access);
        long[] values = new long[SIZE];
        int[] buffers = new int[SIZE];
        int sent = 0;
        int done = 0;
        while (done < REQUESTS && failure.get() == null) {
            access.enter();
            if (suppress) {
                queue.suppressInterrupts();
            }
            while (sent < REQUESTS && queue.free() >= 2) {
                // A buffer belongs to the chain that used it last: there are half as many chains as descriptors.
                long buffer = BUFFERS + (long) SLOT * (sent % SIZE);
                access.putLong(buffer, sent);
                int id = queue.add(new long[] {buffer, 8, buffer + 8, 8}, 1);
                values[id] = sent;
                buffers[id] = sent % SIZE;
                sent++;
            }
            queue.publish();
            if (queue.kickWanted()) {
                kicks.release();
            }
            int before = done;
            for (int id = queue.poll(); id >= 0; id = queue.poll()) {
                assertThat(queue.usedLength()).isEqualTo(8);
                assertThat(access.getLong(BUFFERS + (long) SLOT * buffers[id] + 8))
                        .isEqualTo(~values[id]);
                done++;
            }
            boolean idle = done == before && !queue.enableInterrupts();
            access.exit();
            if (idle) {
                interrupts.acquire();
            }
        }
    }
}
