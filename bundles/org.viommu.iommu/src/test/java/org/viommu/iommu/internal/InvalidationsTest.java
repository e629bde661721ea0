// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvalidationsTest {
    private static final int DOMAIN = 7;
    private static final long REGION = 1 << 16;
    private static final long REMOVALS = 200_000;

    private final Invalidations invalidations = new Invalidations();

    @Test
    void a_removal_counts_at_each_address_of_its_range() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 1_000; i++) {
            long start = random.nextLong() >>> random.nextInt(Long.SIZE);
            long length = random.nextLong() >>> random.nextInt(Long.SIZE);
            long end = Unsigned.below(start + length, start) ? -1 : start + length;
            long within = start + Long.remainderUnsigned(random.nextLong(), Math.max(end - start, 1));
            long[] before = {count(start), count(within), count(end)};
            invalidations.invalidate(DOMAIN, start, end);
            assertThat(new long[] {count(start), count(within), count(end)})
                    .as("0x%x..0x%x, 0x%x", start, end, within)
                    .satisfies(after -> {
                        for (int k = 0; k < before.length; k++) {
                            assertThat(after[k]).isGreaterThan(before[k]);
                        }
                    });
        }
    }

    @Test
    void a_removal_of_everything_counts_at_each_place_once() {
        invalidations.invalidate(DOMAIN, 0, -1);
        assertThat(counts()).containsOnly(1);
        invalidations.invalidateAll();
        assertThat(counts()).containsOnly(2);
    }

    @Test
    void a_removal_of_one_page_counts_at_one_place_only() {
        invalidations.invalidate(DOMAIN, -0x1000, -1);
        assertThat(counts()).containsOnlyOnce(1).contains(0);
        assertThat(count(-1)).isEqualTo(1);
        assertThat(count(-1 - REGION)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63, 64})
    void a_removal_from_up_to_64_regions_counts_at_the_place_of_each_and_no_other(int regions) {
        long start = 5 * REGION;
        invalidations.invalidate(DOMAIN, start, start + regions * REGION - 1);
        for (int region = 0; region < regions; region++) {
            assertThat(count(start + region * REGION)).isEqualTo(1);
        }
        assertThat(Arrays.stream(counts()).sum()).isEqualTo(regions);
    }

    @Test
    void a_removal_from_65_regions_counts_at_each_place_once() {
        invalidations.invalidate(DOMAIN, 5 * REGION, 70 * REGION - 1);
        assertThat(counts()).containsOnly(1);
    }

    @Test
    void regions_count_that_a_range_only_touches() {
        invalidations.invalidate(DOMAIN, REGION - 1, 64 * REGION - 1);
        assertThat(Arrays.stream(counts()).sum()).isEqualTo(64);
        invalidations.invalidate(DOMAIN, REGION - 1, 64 * REGION);
        assertThat(count(0)).isEqualTo(2);
        assertThat(count(64 * REGION)).isEqualTo(1);
        assertThat(count(-1)).isEqualTo(1);
    }

    @Test
    void counts_of_a_place_and_of_all_places_add_up_and_never_cancel_out() {
        SplittableRandom random = new SplittableRandom(12);
        for (long removals = 1; removals <= 1_000; removals++) {
            invalidations.invalidate(DOMAIN, 0, (1 + random.nextInt(130)) * REGION - 1);
            assertThat(count(0)).isEqualTo(removals);
        }
    }

    /** What a reader looks up is a version here; each removal replaces it, near and everywhere by turns. */
    @Test
    void a_count_that_stays_while_others_remove_means_that_nothing_answered_is_missing() throws Exception {
        AtomicLong table = new AtomicLong();
        AtomicLong answered = new AtomicLong();
        AtomicBoolean looked = new AtomicBoolean();
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try {
            Future<?> writing = writer.submit(() -> {
                for (long version = 1; version <= REMOVALS || !looked.get(); version++) {
                    table.set(version);
                    invalidations.invalidate(DOMAIN, 0, (version % 3 == 0 ? 65 : 1) * REGION - 1);
                    answered.set(version);
                }
            });
            do {
                long count = count(0);
                long found = table.get();
                for (int use = 0; use < 4; use++) {
                    long least = answered.get();
                    if (count(0) == count) {
                        assertThat(found).isGreaterThanOrEqualTo(least);
                    }
                }
                looked.set(true);
            } while (!writing.isDone());
            writing.get();
        } finally {
            looked.set(true);
            writer.shutdownNow();
        }
    }

    @Test
    void domains_have_places_of_their_own_for_the_same_address() {
        assertThat(IntStream.range(0, 100)
                        .map(domain -> Invalidations.place(domain, 0x5000))
                        .distinct())
                .hasSizeGreaterThan(90);
    }

    private long count(long address) {
        return invalidations.count(Invalidations.place(DOMAIN, address));
    }

    private long[] counts() {
        return IntStream.range(0, Invalidations.PLACES)
                .mapToLong(invalidations::count)
                .toArray();
    }
}
