// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.Translation;

/** A guest that chooses its addresses badly, or wickedly, costs no more than its number of mappings. */
abstract class MemoryRules extends TableRules {
    private static final int MAPPINGS = 1 << 16;
    private static final int LOOKUPS = 20_000;
    private static final long PAGE = 0x1000;
    private static final int PAGE_BITS = 12;

    /** What one collection and the next may differ by, whatever the table does. */
    private static final long NOISE = 2L << 20;

    /** How long a store may need at most until nothing is on its way to anywhere any more, and the platform until all is compiled. */
    private static final long LIMIT_NANOS = 300_000_000_000L;

    private final LongSupplier bytesPerMapping;
    private final LongSupplier bytesPerLookup;

    MemoryRules(Supplier<MappingStore> stores, LongSupplier bytesPerMapping, LongSupplier bytesPerLookup) {
        super(stores);
        this.bytesPerMapping = bytesPerMapping;
        this.bytesPerLookup = bytesPerLookup;
    }

    @Test
    void a_million_mappings() {
        int many = 1_000_000;
        for (long i = 0; i < many; i++) {
            map(i * 2 * PAGE, i * 2 * PAGE + PAGE - 1);
        }
        assertThat(table().size()).isEqualTo(many);
        for (long i = 0; i < many; i += 997) {
            assertThat(lookup(i * 2 * PAGE + 7)).isNotNull();
            assertThat(lookup((i * 2 + 1) * PAGE)).isNull();
        }
        unmap(PAGE, TOP);
        assertThat(table().size()).isEqualTo(1);
    }

    @Test
    void pages_at_random_places() {
        SplittableRandom random = new SplittableRandom(1);
        assertBounded(MAPPINGS, () -> {
            for (int i = 0; i < MAPPINGS; i++) {
                mapPage(random.nextLong() >>> PAGE_BITS);
            }
        });
    }

    @Test
    void pairs_of_pages_at_random_places() {
        SplittableRandom random = new SplittableRandom(2);
        assertBounded(MAPPINGS, () -> {
            for (int i = 0; i < MAPPINGS / 2; i++) {
                long page = random.nextLong() >>> PAGE_BITS;
                mapPage(page);
                mapPage(page ^ 1);
            }
        });
    }

    @Test
    void some_pages_in_each_large_page() {
        assertBounded(MAPPINGS, () -> {
            for (long i = 0; i < MAPPINGS / 8; i++) {
                for (long page = 0; page < 8; page++) {
                    mapPage((i << 9) + page * 61);
                }
            }
        });
    }

    @Test
    void pages_that_part_at_every_bit() {
        assertBounded(MAPPINGS, () -> {
            for (long i = 0; i < MAPPINGS; i++) {
                long spread = 0;
                for (int bit = 0; bit < 16; bit++) {
                    spread |= (i >>> bit & 1) << bit * 3;
                }
                mapPage(spread);
            }
        });
    }

    @Test
    void pages_left_over_from_a_full_range() {
        assertLeftOversBounded(0);
    }

    @Test
    void pages_left_over_from_one_in_each_large_page() {
        assertLeftOversBounded(9);
    }

    /** Maps pages at a distance from one another, and of each 256 unmaps all but the last two. */
    private void assertLeftOversBounded(int distanceBits) {
        int left = 1 << 13;
        long together = 256;
        assertBounded(left, () -> {
            for (long i = 0; i < left / 2; i++) {
                long first = i << 9;
                for (long page = first; page < first + together; page++) {
                    mapPage(page << distanceBits);
                }
                long kept = first + together - 2 << distanceBits;
                unmap(first << distanceBits << PAGE_BITS, (kept << PAGE_BITS) - 1);
            }
        });
    }

    @Test
    void ranges_across_every_large_page() {
        assertBounded(MAPPINGS, () -> {
            for (long i = 0; i < MAPPINGS; i++) {
                map((i << 21) + PAGE, (i + 1 << 21) + PAGE - 1);
            }
        });
    }

    @Test
    void nothing_is_left_of_what_was_unmapped() {
        assertBounded(0, () -> {
            for (long i = 0; i < MAPPINGS; i++) {
                mapPage(i * 0x1_0001);
            }
            for (long i = 0; i < MAPPINGS; i++) {
                unmap(i * 0x1_0001 << PAGE_BITS, (i * 0x1_0001 << PAGE_BITS) + PAGE - 1);
            }
        });
    }

    @Test
    void lookups_leave_no_more_to_the_collector_than_they_may() throws JMException {
        for (long page = 0; page < LOOKUPS; page += 2) {
            mapPage(page);
            mapPage(1L << 30 | page << 10);
        }
        map(1L << 60, 3L << 60);
        Translation translation = new Translation();
        // Not even one byte for each of them.
        long bound = LOOKUPS + 3 * LOOKUPS * bytesPerLookup.getAsLong();
        long least = Long.MAX_VALUE;
        // The platform itself allocates now and then, while it links call sites; and code that it has not yet compiled
        // allocates what it will not. On a busy machine that takes a while.
        long end = System.nanoTime() + LIMIT_NANOS;
        while (least >= bound && System.nanoTime() - end < 0) {
            long before = allocated();
            int found = 0;
            for (long page = 0; page < LOOKUPS; page++) {
                found += table().lookup(page << PAGE_BITS, translation) ? 1 : 0;
                found += table().lookup((1L << 30 | page << 10) << PAGE_BITS, translation) ? 1 : 0;
                found += table().lookup((1L << 60) + page, translation) ? 1 : 0;
            }
            least = Math.min(least, allocated() - before);
            assertThat(found).isEqualTo(2 * LOOKUPS);
        }
        assertThat(least).isLessThan(bound);
    }

    private void mapPage(long page) {
        map(page << PAGE_BITS, (page << PAGE_BITS) + PAGE - 1);
    }

    private void assertBounded(int mappings, Runnable guest) {
        long before = usedHeap();
        guest.run();
        assertThat(table().size()).isEqualTo(mappings);
        long bound = mappings * bytesPerMapping.getAsLong() + NOISE;
        long used = usedHeap() - before;
        // A store may have a thread of its own that has not yet done with all of it.
        long end = System.nanoTime() + LIMIT_NANOS;
        while (used > bound && System.nanoTime() - end < 0) {
            used = usedHeap() - before;
        }
        assertThat(used).as("bytes of heap for %d mappings", mappings).isLessThanOrEqualTo(bound);
    }

    /** Bytes that this thread has allocated so far. By name, because the type that has the method is of one vendor. */
    private static long allocated() throws JMException {
        return (long) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                        "getThreadAllocatedBytes",
                        new Object[] {Thread.currentThread().getId()},
                        new String[] {"long"});
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
        }
        return used;
    }
}
