// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.viommu.benchmarks.stores.StoreComparison.Measured;

/**
 * What the default store is to achieve.
 *
 * @param work what it does
 * @param wanted in words
 * @param unit behind the figure
 * @param figure measured; not a number if it was not
 * @param limit the least figure, or the greatest if {@code atMost}
 * @param atMost whether less is better
 */
record Target(
        String work, String wanted, String unit, ToDoubleFunction<Measured> figure, double limit, boolean atMost) {

    /** Of the same code in two languages no round is quite like the other. */
    private static final double NO_SLOWER = 1.05;

    static List<Target> all() {
        return List.of(
                faster("MAP and UNMAP, 64k mappings", Workload.C64K, "churn", 30),
                faster("MAP and UNMAP, 1M mappings", Workload.C1M, "churn", 18),
                limit("MAP and UNMAP, 64k mappings", Workload.C64K, "churn", NO_SLOWER),
                limit("MAP and UNMAP, 1M mappings", Workload.C1M, "churn", NO_SLOWER),
                faster("random look-up, 64k mappings", Workload.C64K, "random", 25),
                faster("random look-up, 1M mappings", Workload.C1M, "random", 14),
                limit("random look-up, 64k mappings", Workload.C64K, "random", 1.1),
                limit("random look-up, 1M mappings", Workload.C1M, "random", 1.1),
                faster("look-up in DMA order by a port, 64k mappings", Workload.C64K, "dma", Store.PORT, 20),
                limit("look-up in DMA order by a port, 64k mappings", Workload.C64K, "dma", Store.PORT, 0.7),
                new Target(
                        "random look-up by a port, 64k mappings",
                        "at most 1.10 of the bare store's time",
                        "x",
                        measured -> measured.of(Workload.C64K).ratio("random", Store.PORT, Store.RADIX),
                        1.1,
                        true),
                nanosRemoved("UNMAP of 16 MiB, for each mapping removed, 64k mappings", Workload.C64K),
                nanosRemoved("UNMAP of 16 MiB, for each mapping removed, 1M mappings", Workload.C1M),
                faster("huge unaligned ranges", Workload.HUGE, "churn", 1),
                bytes("memory, many mappings close together", Workload.C64K, 40),
                bytes("memory, single pages at random places", Workload.SPARSE, 90),
                bytes("memory, eight pages in each 2 MiB", Workload.SPREAD, 160),
                new Target(
                        "a reader beside a busy writer that works elsewhere in the table",
                        "at least 90 % of its rate alone",
                        "%",
                        measured -> 100 * measured.reader().value(Store.RADIX, "apart"),
                        90,
                        false));
    }

    boolean met(Measured measured) {
        double value = figure.applyAsDouble(measured);
        return atMost ? value <= limit : value >= limit;
    }

    private static Target faster(String work, Workload workload, String section, double times) {
        return faster(work, workload, section, Store.RADIX, times);
    }

    private static Target faster(String work, Workload workload, String section, Store store, double times) {
        return new Target(
                work,
                "at least %.0f times as fast as the GTree".formatted(times),
                "x",
                measured -> measured.of(workload).ratio(section, Store.GTREE, store),
                times,
                false);
    }

    private static Target limit(String work, Workload workload, String section, double times) {
        return limit(work, workload, section, Store.RADIX, times);
    }

    private static Target limit(String work, Workload workload, String section, Store store, double times) {
        return new Target(
                work,
                "at most %.2f of the C page table's time".formatted(times),
                "x",
                measured -> measured.of(workload).ratio(section, store, Store.C_RADIX),
                times,
                true);
    }

    private static Target nanosRemoved(String work, Workload workload) {
        return new Target(
                work, "at most 4 ns", "ns", measured -> Report.nanosRemoved(measured, workload, Store.RADIX), 4, true);
    }

    private static Target bytes(String work, Workload workload, double bytes) {
        return new Target(
                work,
                "at most %.0f bytes for each".formatted(bytes),
                "bytes",
                measured -> measured.of(workload).value(Store.RADIX, "memory") / workload.live,
                bytes,
                true);
    }
}
