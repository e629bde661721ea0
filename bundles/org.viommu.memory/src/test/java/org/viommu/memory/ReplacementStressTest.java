// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.viommu.memory.MemoryAccess.Direction;

/** Regions come and go under devices that read and write: a window that was removed is never touched again. */
@Timeout(300)
class ReplacementStressTest {
    private static final long BASE = 0x10_0000;
    private static final int SIZE = 0x1000;
    private static final int REPLACEMENTS = 500;
    private static final long GOOD = 0x600d_600d_600d_600dL;
    private static final long POISON = 0xdead_dead_dead_deadL;

    private final GuestMemory memory = new GuestMemory();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong accesses = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @Test
    void removed_window_is_never_read() throws InterruptedException {
        List<Thread> readers = List.of(
                start(access -> assertGood(access.getLong(BASE + 8))),
                start(access -> {
                    access.enter();
                    try {
                        assertGood(access.getLong(BASE));
                        assertGood(access.getLong(BASE + SIZE - 8));
                    } finally {
                        access.exit();
                    }
                }),
                start(access -> access.visit(
                        BASE, SIZE, Direction.READ, (piece, offset) -> assertGood(piece.getLong(piece.position())))));
        for (int i = 0; i < REPLACEMENTS; i++) {
            ByteBuffer window = filled(GOOD);
            memory.replace(List.of(new MemoryRegion(BASE, BASE + SIZE - 1, true, List.of(window))));
            awaitAccess();
            if (i % 2 == 0) {
                memory.remove(BASE, BASE + SIZE - 1);
            } else {
                memory.replace(List.of());
            }
            fill(window, POISON);
        }
        finish(readers);
    }

    @Test
    void removed_window_is_never_written() throws InterruptedException {
        List<Thread> writers = List.of(
                start(access -> access.putLong(BASE + 8, GOOD)),
                start(access -> access.write(BASE + 16, filled(GOOD).limit(SIZE - 16))),
                start(access -> access.visit(BASE, SIZE, Direction.WRITE, (piece, offset) -> fill(piece, GOOD))));
        List<ByteBuffer> removed = new ArrayList<>();
        for (int i = 0; i < REPLACEMENTS; i++) {
            ByteBuffer window = filled(GOOD);
            memory.add(new MemoryRegion(BASE, BASE + SIZE - 1, true, List.of(window)));
            awaitAccess();
            memory.remove(BASE, BASE + SIZE - 1);
            fill(window, POISON);
            removed.add(window);
        }
        finish(writers);
        ByteBuffer poisoned = filled(POISON);
        assertThat(removed).allMatch(window -> window.mismatch(poisoned) < 0);
    }

    private interface Step {
        void run(MemoryAccess access) throws AccessFault;
    }

    private Thread start(Step step) {
        Thread thread = new Thread(() -> {
            try (MemoryAccess access = memory.open()) {
                while (!stop.get()) {
                    attempt(step, access);
                }
            } catch (Throwable thrown) {
                failure.set(thrown);
            }
        });
        thread.start();
        return thread;
    }

    private void attempt(Step step, MemoryAccess access) {
        try {
            step.run(access);
            accesses.incrementAndGet();
        } catch (AccessFault fault) {
            assertThat(fault.reason()).isEqualTo(AccessFault.Reason.OUTSIDE_MEMORY);
        }
    }

    /** Lets one access succeed under the present table, so that hints point to it when it goes. */
    private void awaitAccess() {
        long seen = accesses.get();
        while (accesses.get() == seen && failure.get() == null) {
            Thread.onSpinWait();
        }
    }

    private void finish(List<Thread> threads) throws InterruptedException {
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
    }

    private static void assertGood(long value) {
        if (value != GOOD) {
            throw new AssertionError("read 0x" + Long.toHexString(value));
        }
    }

    private static ByteBuffer filled(long value) {
        ByteBuffer window = Windows.window(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        fill(window, value);
        return window;
    }

    private static void fill(ByteBuffer window, long value) {
        for (int i = 0; i < SIZE; i += Long.BYTES) {
            window.putLong(i, value);
        }
    }
}
