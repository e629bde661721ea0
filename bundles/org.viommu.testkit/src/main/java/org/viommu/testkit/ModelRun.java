// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.viommu.mapping.MappingRun;
import org.viommu.mapping.MappingTable;

/** One sequence of random requests, put to a table and to the oracle. */
final class ModelRun {
    /** Steps after which the table grows instead of shrinking, or the other way round. */
    private static final int PHASE = 1_500;

    private static final int STEPS_BETWEEN_COMPARISONS = 300;

    /** One request in so many is a run, of so many mappings at most. */
    private static final int RUN_ONE_IN = 100;

    private static final int RUN = 150;

    private final MappingTable table;
    private final OracleTable oracle = new OracleTable();
    private final AddressPattern pattern;
    private final int oddOneIn;
    private final SplittableRandom random;
    private final MappingRun run = new MappingRun(RUN);
    private int step;

    /**
     * Begins with an empty table.
     *
     * @param oddOneIn of so many mappings, one has a physical address or flags that no driver would choose
     */
    ModelRun(MappingTable table, AddressPattern pattern, int oddOneIn, long seed) {
        this.table = table;
        this.pattern = pattern;
        this.oddOneIn = oddOneIn;
        this.random = new SplittableRandom(seed);
    }

    void run(int steps) {
        for (step = 0; step < steps; step++) {
            boolean growing = step / PHASE % 2 == 0;
            if (random.nextInt(RUN_ONE_IN) == 0) {
                mapRun();
            } else if (random.nextInt(10) < (growing ? 8 : 3)) {
                map();
            } else if (growing) {
                unmapOne();
            } else {
                unmapAnything();
            }
            compareLookup(random.nextInt(4) == 0 ? pattern.start(random) : nearAMapping());
            if (step % STEPS_BETWEEN_COMPARISONS == 0) {
                compareContents();
            }
        }
        compareContents();
        unmap(0, -1L);
        compareContents();
    }

    /** Some mappings in one go, most of them side by side or nearly so. */
    private void mapRun() {
        run.clear();
        long start = pattern.start(random);
        for (int left = random.nextInt(RUN); left >= 0; left--) {
            long end = end(start, pattern.length(random));
            run.visit(start, end, physical(false, -1L - (end - start)), left >> 5 & 3);
            start = random.nextInt(RUN) == 0
                    ? pattern.start(random)
                    : end + 1 + (random.nextBoolean() ? 0 : pattern.length(random));
        }
        assertThat(table.mapAll(run, 0))
                .as("step %d: %d mappings from %x", step, run.count(), run.start(0))
                .isEqualTo(oracle.mapAll(run, 0));
    }

    private void map() {
        long start = pattern.start(random);
        long end = end(start, pattern.length(random));
        boolean odd = random.nextInt(oddOneIn) == 0;
        long physical = physical(odd, -1L - (end - start));
        int flags = odd ? random.nextInt() : random.nextInt(8);
        assertThat(table.map(start, end, physical, flags))
                .as("step %d: map [%x..%x]->%x/%x", step, start, end, physical, flags)
                .isEqualTo(oracle.map(start, end, physical, flags));
    }

    /** An address from which on there is room for the mapping. */
    private long physical(boolean odd, long highest) {
        long physical = odd ? random.nextLong() : random.nextLong() >>> 24 << 12;
        return Long.compareUnsigned(physical, highest) <= 0 ? physical : highest;
    }

    private void unmapOne() {
        Range range = oracle.near(pattern.start(random));
        if (range != null) {
            unmap(range.start(), range.end());
        }
    }

    private void unmapAnything() {
        Range range = oracle.near(pattern.start(random));
        int kind = random.nextInt(8);
        if (range == null || kind == 0) {
            long start = pattern.start(random);
            unmap(start, end(start, pattern.length(random)));
        } else if (kind == 1) {
            // From one mapping to the end of another: often many at once.
            Range other = oracle.near(end(range.end(), pattern.length(random)));
            boolean ordered = Long.compareUnsigned(range.start(), other.end()) <= 0;
            unmap(ordered ? range.start() : other.start(), ordered ? other.end() : range.end());
        } else if (kind == 2) {
            // From one mapping into another.
            long end = oracle.near(end(range.end(), pattern.length(random))).start();
            if (Long.compareUnsigned(range.start(), end) <= 0) {
                unmap(range.start(), end);
            }
        } else if (kind == 3) {
            // One byte less or more than the mapping, where there is one.
            long start = range.start() + random.nextInt(-1, 2);
            long end = range.end() + random.nextInt(-1, 2);
            if (Long.compareUnsigned(start, end) <= 0) {
                unmap(start, end);
            }
        } else {
            unmap(range.start(), range.end());
        }
    }

    private void unmap(long start, long end) {
        assertThat(table.unmap(start, end))
                .as("step %d: unmap [%x..%x]", step, start, end)
                .isEqualTo(oracle.unmap(start, end));
    }

    /** An address in a mapping or one beside it. */
    private long nearAMapping() {
        Range range = oracle.near(pattern.start(random));
        if (range == null) {
            return 0;
        }
        return switch (random.nextInt(4)) {
            case 0 -> range.start() - 1;
            case 1 -> range.end() + 1;
            case 2 -> range.start() + (random.nextLong() & Long.highestOneBit(range.end() - range.start()) - 1);
            default -> random.nextBoolean() ? range.start() : range.end();
        };
    }

    private static long end(long start, long length) {
        long end = start + length - 1;
        return Long.compareUnsigned(end, start) < 0 ? -1L : end;
    }

    private void compareLookup(long address) {
        assertThat(TableRules.lookup(table, address))
                .as("step %d: lookup %x", step, address)
                .isEqualTo(oracle.holding(address));
    }

    private void compareContents() {
        assertThat(table.size()).as("step %d: size", step).isEqualTo(oracle.size());
        compareContents(0);
        compareContents(pattern.start(random));
        compareContents(nearAMapping());
    }

    private void compareContents(long from) {
        List<Range> expected = TableRules.contents(oracle, from);
        assertThat(TableRules.contents(table, from))
                .as("step %d: mappings from %x", step, from)
                .isEqualTo(expected);
    }
}
