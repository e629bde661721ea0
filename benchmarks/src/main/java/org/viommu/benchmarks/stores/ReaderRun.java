// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/** One thread looks up in a table of 64k mappings, alone at first and then while another one maps and unmaps. Prints both rates. */
final class ReaderRun {
    private static final int STABLE = 1 << 15;
    private static final int ALL = 1 << 16;
    private static final long PAGE = 0x1000;
    private static final long BASE = 0xa000_0000L;
    private static final long NANOS = 1_500_000_000L;
    private static final int TURNS = 3;

    private final MappingTable table;
    private final int[] order = new SplittableRandom(3).ints(1 << 16, 0, STABLE).toArray();

    private ReaderRun(MappingTable table) {
        this.table = table;
    }

    /**
     * Runs.
     *
     * @param arguments class of the store
     * @throws ReflectiveOperationException if the store cannot be created
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] arguments) throws ReflectiveOperationException, InterruptedException {
        try (MappingTable table = TraceRun.store(arguments[0]).open("benchmark", 0)) {
            ReaderRun run = new ReaderRun(table);
            for (int page = 0; page < ALL; page++) {
                run.map(page);
            }
            run.read();
            run.readBesideWriter();
            for (int turn = 0; turn < TURNS; turn++) {
                System.out.printf("%d reader %.0f %.0f%n", turn, run.read(), run.readBesideWriter());
            }
        }
    }

    /** Look-ups in each second; every other page is stable, and only those are looked up. */
    private double read() {
        Translation translation = new Translation();
        long begin = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - begin < NANOS) {
            for (int page : order) {
                long address = start(2 * page);
                if (!table.lookup(address + 8, translation) || translation.physical() != address) {
                    throw new AssertionError("page " + page + " is not found");
                }
            }
            count += order.length;
        }
        return count * 1e9 / (System.nanoTime() - begin);
    }

    private double readBesideWriter() throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            SplittableRandom random = new SplittableRandom(4);
            while (!ended.get()) {
                int page = 2 * random.nextInt(STABLE) + 1;
                if (table.unmap(start(page), start(page) + PAGE - 1) != UnmapResult.OK) {
                    throw new AssertionError("a page cannot be unmapped");
                }
                map(page);
            }
        });
        writer.start();
        try {
            return read();
        } finally {
            ended.set(true);
            writer.join();
        }
    }

    private void map(int page) {
        if (table.map(start(page), start(page) + PAGE - 1, start(page), 3) != MapResult.OK) {
            throw new AssertionError("a page cannot be mapped");
        }
    }

    private static long start(int page) {
        return BASE + page * PAGE;
    }
}
