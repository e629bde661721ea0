// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeviceThreadTest {
    private static final long LIMIT = Watch.SHORTEST_NANOS;
    private static final long PAUSE_NANOS = 5_000_000;

    /** Stands still unless a test moves it, so that a watch goes on until it is met or told to end. */
    private final AtomicLong clock = new AtomicLong();

    private final Semaphore spare = new Semaphore(1);
    private final Watched work = new Watched();
    private final DeviceThread thread =
            new DeviceThread("test", work, 0b11, new Watch(() -> LIMIT, clock::get, spare), false);

    @BeforeEach
    void start() {
        thread.start();
        // It has read the clock, too, once it asks for wakes.
        Await.until("both queues served at the start", () -> work.served.size() == 2 && work.ended > 0);
    }

    @AfterEach
    void stop() {
        thread.stop();
        assertThat(spare.availablePermits()).isOne();
    }

    @Test
    void what_a_watch_finds_is_served_without_a_wake() {
        watch();
        work.found = 0b10;
        Await.until("queue 1 served", () -> work.served.equals(List.of(0, 1)));
    }

    @Test
    void a_wake_ends_a_watch() {
        watch();
        thread.wake(0);
        Await.until("queue 0 served", () -> work.served.equals(List.of(0, 0)));
    }

    @Test
    void wakes_are_asked_for_again_when_the_time_is_over() {
        watch();
        long before = work.ended;
        clock.addAndGet(LIMIT);
        Await.until("the end of the watch", () -> work.ended > before);
        Await.until("no more looks", () -> {
            long looks = work.looks;
            LockSupport.parkNanos(PAUSE_NANOS);
            return work.looks == looks;
        });
        assertThat(spare.availablePermits()).isOne();
    }

    @Test
    void what_came_until_wakes_were_asked_for_is_served() {
        watch();
        work.foundAtEnd = 0b1;
        clock.addAndGet(LIMIT);
        Await.until("queue 0 served", () -> work.served.equals(List.of(0, 0)));
    }

    @Test
    void a_pause_ends_a_watch_and_nothing_is_looked_at_until_it_is_over() {
        watch();
        thread.pause();
        long looks = work.looks;
        work.found = 0b10;
        LockSupport.parkNanos(PAUSE_NANOS);
        assertThat(work.looks).isEqualTo(looks);
        thread.resume();
        Await.until("all queues served", () -> work.served.containsAll(List.of(0, 1)) && work.served.size() >= 3);
    }

    @Test
    void nobody_watches_without_a_processor_to_spare() {
        assertThat(spare.tryAcquire()).isTrue();
        long ended = work.ended;
        long looks = work.looks;
        workOnce();
        Await.until("asked for wakes", () -> work.ended > ended);
        assertThat(work.looks).isEqualTo(looks);
        spare.release();
    }

    /** Has the thread watch: it had work after a wait that a watch would have met. */
    private void watch() {
        workOnce();
        long looks = work.looks;
        Await.until("a watch", () -> work.looks > looks);
    }

    private void workOnce() {
        clock.addAndGet(LIMIT);
        work.served.clear();
        thread.wake(0);
        Await.until("queue 0 served", () -> work.served.equals(List.of(0)));
    }

    private static final class Watched implements DeviceThread.Work {
        final List<Integer> served = new CopyOnWriteArrayList<>();
        volatile long found;
        volatile long foundAtEnd;
        volatile long looks;
        volatile long ended;

        @Override
        public void begin() {}

        @Override
        public boolean serve(int queue) {
            served.add(queue);
            return true;
        }

        @Override
        public long look() {
            looks++;
            long taken = found;
            found = 0;
            return taken;
        }

        @Override
        public long endWatch() {
            ended++;
            long taken = foundAtEnd;
            foundAtEnd = 0;
            return taken;
        }

        @Override
        public void end() {}
    }
}
