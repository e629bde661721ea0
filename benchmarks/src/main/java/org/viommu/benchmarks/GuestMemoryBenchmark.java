// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;

/** One access to guest memory, within the bracket that a request or a DMA opens around many of them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class GuestMemoryBenchmark {
    private static final int SIZE = 1 << 20;

    /** As a PC has it: low memory, and memory above 4 GiB. */
    private static final long[] STARTS = {0, 0xC000_0000L, 0x1_0000_0000L};

    private MemoryAccess memory;
    private int step;

    /** Gives the guest three regions. */
    @Setup
    public void open() {
        GuestMemory guest = new GuestMemory();
        for (long start : STARTS) {
            guest.add(new MemoryRegion(start, start + SIZE - 1, true, List.of(ByteBuffer.allocateDirect(SIZE))));
        }
        memory = guest.open();
    }

    /** Reads within one region, in a bracket of its own. */
    @Benchmark
    public long read_in_a_bracket() throws AccessFault {
        memory.enter();
        try {
            return memory.getLong(next());
        } finally {
            memory.exit();
        }
    }

    /** Reads 16 times in one bracket, in each region by turns; the time is that of all. */
    @Benchmark
    public long read_16_in_turn() throws AccessFault {
        long sum = 0;
        memory.enter();
        try {
            for (int i = 0; i < 16; i++) {
                sum += memory.getLong(STARTS[i % STARTS.length] + next());
            }
        } finally {
            memory.exit();
        }
        return sum;
    }

    private long next() {
        step = step + 4_096 + Long.BYTES & SIZE - Long.BYTES;
        return step;
    }
}
