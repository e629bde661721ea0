// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Trace events on their way from the threads of a device to its listeners: a ring of fixed size without locks. Any
 * number of threads put, one takes.
 *
 * <p>A cell's turn says whose it is: {@code n} if event number {@code n} may be put into it, {@code n + 1} if that
 * event may be taken.
 */
final class TraceRing {
    static final int CAPACITY = 8192;

    private static final int FIELDS = 6;

    /** Takes an event. */
    @FunctionalInterface
    interface Taker {
        void take(TraceKind kind, long nanos, long a, long b, long c, long d);
    }

    private final AtomicLongArray turns = new AtomicLongArray(CAPACITY);
    private final long[] cells = new long[CAPACITY * FIELDS];
    private final AtomicLong added = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private long taken;

    TraceRing() {
        for (int i = 0; i < CAPACITY; i++) {
            turns.setPlain(i, i);
        }
    }

    /** Puts an event in, if there is room. */
    void put(TraceKind kind, long a, long b, long c, long d) {
        while (true) {
            long number = added.get();
            int cell = cell(number);
            long turn = turns.getAcquire(cell);
            if (turn < number) {
                dropped.increment();
                return;
            }
            if (turn == number && added.compareAndSet(number, number + 1)) {
                int at = cell * FIELDS;
                cells[at] = kind.ordinal();
                cells[at + 1] = System.nanoTime();
                cells[at + 2] = a;
                cells[at + 3] = b;
                cells[at + 4] = c;
                cells[at + 5] = d;
                turns.setRelease(cell, number + 1);
                return;
            }
        }
    }

    /**
     * Takes what is there, up to what the ring holds.
     *
     * @return how many events
     */
    int take(Taker taker) {
        int count = 0;
        while (count < CAPACITY && turns.getAcquire(cell(taken)) == taken + 1) {
            int at = cell(taken) * FIELDS;
            TraceKind kind = TraceKind.of(cells[at]);
            long nanos = cells[at + 1];
            long a = cells[at + 2];
            long b = cells[at + 3];
            long c = cells[at + 4];
            long d = cells[at + 5];
            turns.setRelease(cell(taken), taken + CAPACITY);
            taken++;
            count++;
            // Last, because the taker may come back to take.
            taker.take(kind, nanos, a, b, c, d);
        }
        return count;
    }

    /** How many events found no room since the last call. */
    long takeDropped() {
        return dropped.sumThenReset();
    }

    private static int cell(long number) {
        return (int) number & CAPACITY - 1;
    }
}
