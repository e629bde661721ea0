// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.radix.internal.RadixTable;

/** A table of 4 KiB mappings, dense from the top of the 32-bit space downwards as a guest's kernel fills it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class StoreBenchmark {
    private static final int PAGE = 4_096;
    private static final long TOP = 0x1_0000_0000L;

    /** Mappings in the table. */
    @Param({"1024", "65536"})
    private int mappings;

    private final Translation translation = new Translation();
    private MappingTable table;
    private int[] order;
    private int next;

    /** Fills the table and shuffles the pages that are asked for. */
    @Setup
    public void fill() {
        table = new RadixTable(Long.MAX_VALUE);
        order = new Random(1).ints(mappings, 0, mappings).toArray();
        for (int page = 0; page < mappings; page++) {
            map(start(page));
        }
    }

    /** Translates an address of a random page. */
    @Benchmark
    public long translate() {
        if (!table.lookup(start(page()), translation)) {
            throw new AssertionError("a mapped page is not found");
        }
        return translation.physical();
    }

    /** Removes a random page and adds it again: two requests. */
    @Benchmark
    public void unmap_and_map() {
        long start = start(page());
        table.unmap(start, start + PAGE - 1);
        map(start);
    }

    private void map(long start) {
        if (table.map(start, start + PAGE - 1, start - PAGE, 3) != MapResult.OK) {
            throw new AssertionError("a free page cannot be mapped");
        }
    }

    private int page() {
        next = next + 1 & mappings - 1;
        return order[next];
    }

    private static long start(int page) {
        return TOP - (page + 1L) * PAGE;
    }
}
