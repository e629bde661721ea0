// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Fault reports that wait for the driver: a ring of fixed size without locks. Any number of threads add, one takes out.
 *
 * <p>A cell's turn says whose it is: {@code n} if report number {@code n} may be put into it, {@code n + 1} if that
 * report may be taken out.
 */
final class FaultRing {
    static final int CAPACITY = 256;

    private final AtomicLongArray turns = new AtomicLongArray(CAPACITY);
    private final long[] kinds = new long[CAPACITY];
    private final long[] addresses = new long[CAPACITY];
    private final AtomicLong added = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();

    FaultRing() {
        for (int i = 0; i < CAPACITY; i++) {
            turns.setPlain(i, i);
        }
    }

    /**
     * Adds a report.
     *
     * @return its number, or -1 if the ring is full
     */
    long add(long kind, long address) {
        while (true) {
            long number = added.get();
            int cell = cell(number);
            long turn = turns.getAcquire(cell);
            if (turn < number) {
                return -1;
            }
            if (turn == number && added.compareAndSet(number, number + 1)) {
                kinds[cell] = kind;
                addresses[cell] = address;
                turns.setRelease(cell, number + 1);
                return number;
            }
        }
    }

    /** The reports, kind and address of each in turn, the oldest first. Called by the thread that takes out. */
    long[] list() {
        long first = taken.getPlain();
        long next = first;
        while (next - first < CAPACITY && turns.getAcquire(cell(next)) == next + 1) {
            next++;
        }
        long[] list = new long[2 * (int) (next - first)];
        for (int i = 0; i < list.length; i += 2) {
            list[i] = kinds[cell(first + i / 2)];
            list[i + 1] = addresses[cell(first + i / 2)];
        }
        return list;
    }

    /** Whether there is a report to take out. */
    boolean hasNext() {
        long number = taken.getPlain();
        return turns.getAcquire(cell(number)) == number + 1;
    }

    /** The kind of the oldest report. */
    long kind() {
        return kinds[cell(taken.getPlain())];
    }

    /** The address of the oldest report. */
    long address() {
        return addresses[cell(taken.getPlain())];
    }

    /** Takes the oldest report out. */
    void remove() {
        long number = taken.getPlain();
        turns.setRelease(cell(number), number + CAPACITY);
        taken.setRelease(number + 1);
    }

    /** Whether the report with a number has not been taken out yet. Any thread may ask. */
    boolean holds(long number) {
        return number >= taken.getAcquire();
    }

    /** How many reports there are, roughly. Any thread may ask. */
    long size() {
        return Math.max(0, added.get() - taken.get());
    }

    private static int cell(long number) {
        return (int) number & CAPACITY - 1;
    }
}
