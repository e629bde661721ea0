// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;

/**
 * One thread looks up in a table of 64k mappings, alone at first and then while another one maps and unmaps. Prints both rates, for two layouts: the pages that
 * come and go lie apart from those that are looked up, or every other page does, so that both threads work on the same cache lines.
 */
final class ReaderRun {
    private static final int STABLE = 1 << 15;
    private static final int ALL = 1 << 16;
    private static final long PAGE = 0x1000;
    private static final long BASE = 0xa000_0000L;
    private static final long NANOS = 500_000_000L;
    private static final int TURNS = 3;

    private final MappingTable table;
    private final boolean mixed;
    private final int[] order = new SplittableRandom(3).ints(1 << 16, 0, STABLE).toArray();

    private ReaderRun(MappingTable table, boolean mixed) {
        this.table = table;
        this.mixed = mixed;
    }

    /**
     * Runs.
     *
     * @param arguments class of the store
     * @throws ReflectiveOperationException if the store cannot be created
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] arguments) throws ReflectiveOperationException, InterruptedException {
        MappingStore store = TraceRun.store(arguments[0]);
        measure(store, "apart", false);
        measure(store, "mixed", true);
    }

    private static void measure(MappingStore store, String name, boolean mixed) throws InterruptedException {
        try (MappingTable table = store.open("benchmark", 0)) {
            ReaderRun run = new ReaderRun(table, mixed);
            for (int page = 0; page < ALL; page++) {
                run.map(page);
            }
            run.read();
            run.readBesideWriter();
            for (int turn = 0; turn < TURNS; turn++) {
                System.out.printf("%d %s %.0f %.0f%n", turn, name, run.read(), run.readBesideWriter());
            }
        }
    }

    private int stable(int number) {
        return mixed ? 2 * number : number;
    }

    private int churned(int number) {
        return mixed ? 2 * number + 1 : STABLE + number;
    }

    /** Look-ups in each second; only pages that stay are looked up. */
    private double read() {
        Translation translation = new Translation();
        long begin = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - begin < NANOS) {
            for (int page : order) {
                // Each page is mapped to its own address.
                long asked = start(stable(page)) + 8;
                if (!table.lookup(asked, translation)
                        || translation.physical() + (asked - translation.start()) != asked) {
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
                int page = churned(random.nextInt(STABLE));
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
