// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.util.SplittableRandom;
import org.viommu.benchmarks.stores.TraceFile.Kind;

/** Makes traces from a fixed seed, so that all stores and all runs have the same. */
final class TraceGenerator {
    private static final int LOOKUPS = 500_000;
    private static final int MIN_CHANGES = 100_000;
    private static final int MAX_CHANGES = 500_000;
    private static final int HOT_BUFFERS = 512;
    private static final int ACCESSES = 4;
    private static final long WINDOW = 16L << 20;
    private static final long PAGE = IovaAllocator.PAGE;
    private static final int HUGE_CYCLES = 5_000;

    /** Of 100 buffers so many are not larger than 4, 8, 16, 32 and 64 KiB. */
    private static final int[] SIZES = {55, 70, 82, 92, 100};

    private final SplittableRandom random = new SplittableRandom(20260101);
    private final TraceFile.Writer trace = new TraceFile.Writer();
    private final Workload workload;
    private final long[] starts;
    private final int[] orders;

    private TraceGenerator(Workload workload) {
        this.workload = workload;
        starts = new long[workload.live];
        orders = new int[workload.live];
    }

    static TraceFile.Writer generate(Workload workload) {
        TraceGenerator generator = new TraceGenerator(workload);
        switch (workload) {
            case SPARSE -> generator.sparse();
            case SPREAD -> generator.spread();
            case HUGE -> generator.huge();
            default -> generator.crowd();
        }
        return generator.trace;
    }

    private void crowd() {
        IovaAllocator allocator = new IovaAllocator();
        Records fill = new Records();
        for (int i = 0; i < workload.live; i++) {
            map(fill, allocator, i);
        }
        fill.addTo(trace, Kind.REQUESTS, "fill");
        trace.addMemory(workload.live);
        Records churn = new Records();
        for (int i = 0; i < changes(); i++) {
            int index = random.nextInt(workload.live);
            churn.unmap(starts[index], end(index));
            allocator.release(starts[index], orders[index]);
            map(churn, allocator, index);
        }
        churn.addTo(trace, Kind.REQUESTS, "churn");
        lookups();
        hotBuffers();
        Records windows = new Records();
        unmapWindows(windows, allocator.lowestBelow32(), 1L << 32);
        unmapWindows(windows, allocator.lowestAbove32(), 1L << 47);
        windows.addTo(trace, Kind.REQUESTS, "range");
    }

    private void sparse() {
        Records fill = new Records();
        for (int i = 0; i < workload.live; i++) {
            starts[i] = randomPage();
            fill.map(starts[i], end(i), physical());
        }
        fill.addTo(trace, Kind.REQUESTS, "fill");
        trace.addMemory(workload.live);
        Records churn = new Records();
        for (int i = 0; i < changes(); i++) {
            int index = random.nextInt(workload.live);
            churn.unmap(starts[index], end(index));
            starts[index] = randomPage();
            churn.map(starts[index], end(index), physical());
        }
        churn.addTo(trace, Kind.REQUESTS, "churn");
        lookups();
    }

    private void spread() {
        Records fill = new Records();
        for (int i = 0; i < workload.live; i++) {
            starts[i] = ((long) (i / 8) << 21) + i % 8 * 61 * PAGE;
            fill.map(starts[i], end(i), physical());
        }
        fill.addTo(trace, Kind.REQUESTS, "fill");
        trace.addMemory(workload.live);
        lookups();
    }

    private void huge() {
        long[] lengths = new long[workload.live];
        long next = PAGE;
        for (int i = 0; i < workload.live; i++) {
            starts[i] = next;
            lengths[i] = random.nextLong(1L << 18, 1L << 25) * PAGE + PAGE;
            next += lengths[i] + random.nextLong(1, 1L << 20) * PAGE;
        }
        Records cycles = new Records();
        for (int cycle = 0; cycle < HUGE_CYCLES; cycle++) {
            for (int i = 0; i < workload.live; i++) {
                cycles.map(starts[i], starts[i] + lengths[i] - 1, physical());
            }
            for (int i = 0; i < workload.live; i++) {
                int index = (i * 7 + cycle) % workload.live;
                cycles.unmap(starts[index], starts[index] + lengths[index] - 1);
            }
        }
        cycles.addTo(trace, Kind.REQUESTS, "churn");
        Records fill = new Records();
        for (int i = 0; i < workload.live; i++) {
            fill.map(starts[i], starts[i] + lengths[i] - 1, physical());
        }
        fill.addTo(trace, Kind.REQUESTS, "fill");
        Records addresses = new Records();
        for (int i = 0; i < LOOKUPS; i++) {
            int index = random.nextInt(workload.live);
            addresses.address(starts[index] + random.nextLong(lengths[index] - 1));
        }
        addresses.addTo(trace, Kind.DEPENDENT, "random");
    }

    private void map(Records records, IovaAllocator allocator, int index) {
        int number = random.nextInt(100);
        int order = 0;
        while (number >= SIZES[order]) {
            order++;
        }
        orders[index] = order;
        starts[index] = allocator.allocate(order);
        records.map(starts[index], end(index), physical());
    }

    /** Single random accesses. */
    private void lookups() {
        Records addresses = new Records();
        for (int i = 0; i < LOOKUPS; i++) {
            addresses.address(address(random.nextInt(workload.live)));
        }
        addresses.addTo(trace, Kind.DEPENDENT, "random");
        addresses.addTo(trace, Kind.INDEPENDENT, "stream");
    }

    /** As a device works through its ring: the same buffers again and again, some accesses to each. */
    private void hotBuffers() {
        int[] ring = random.ints(HOT_BUFFERS, 0, workload.live).toArray();
        Records addresses = new Records();
        for (int i = 0; i < LOOKUPS; i++) {
            addresses.address(address(ring[i / ACCESSES % HOT_BUFFERS]));
        }
        addresses.addTo(trace, Kind.DEPENDENT, "dma");
    }

    private void unmapWindows(Records records, long from, long top) {
        for (long start = from & -WINDOW; start < top; start += WINDOW) {
            records.unmap(start, start + WINDOW - 1);
        }
    }

    private int changes() {
        return Math.clamp(workload.live, MIN_CHANGES, MAX_CHANGES);
    }

    private long end(int index) {
        return starts[index] + (PAGE << orders[index]) - 1;
    }

    /** Not the last one, for which QEMU's way of asking may find the neighbour. */
    private long address(int index) {
        return starts[index] + random.nextLong((PAGE << orders[index]) - 1);
    }

    private long randomPage() {
        return random.nextLong(1L << 36) * PAGE;
    }

    private long physical() {
        return random.nextLong(1L << 27) * PAGE;
    }
}
