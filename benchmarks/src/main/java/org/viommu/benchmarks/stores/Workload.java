// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

/** What is put to all stores, and how often. */
enum Workload {
    C1K(1 << 10, 5, 1),
    C4K(1 << 12, 5, 1),
    C16K(1 << 14, 5, 1),
    C64K(1 << 16, 5, 3),
    C256K(1 << 18, 3, 1),
    C1M(1 << 20, 2, 1),
    C4M(1 << 22, 1, 1),
    /** Single pages at random places below 2^48. */
    SPARSE(1 << 16, 3, 1),
    /** Eight pages in each 2 MiB. */
    SPREAD(1 << 16, 3, 1),
    /** Ten ranges of up to 128 GiB with unaligned ends, as VFIO maps a guest's memory. */
    HUGE(10, 5, 2);

    /** Mappings that are there while the store is measured. */
    final int live;

    /** How often a process goes through the trace; the median counts. */
    final int passes;

    /** How often each store has its turn; the median of the ratios counts. */
    final int rounds;

    Workload(int live, int passes, int rounds) {
        this.live = live;
        this.passes = passes;
        this.rounds = rounds;
    }

    /** Whether it is one of the series that differ in the number of mappings only. */
    boolean crowd() {
        return ordinal() <= C4M.ordinal();
    }

    /** The trace by which a Java store is warmed up. */
    Workload warmUp() {
        return crowd() ? C64K : this;
    }

    /** A page table of 4 KiB pages takes too long with some. */
    boolean suits(Store store) {
        return this != HUGE || store != Store.C_RADIX;
    }
}
