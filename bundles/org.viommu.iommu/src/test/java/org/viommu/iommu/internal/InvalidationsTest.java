// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InvalidationsTest {
    private static final int DOMAIN = 7;
    private static final long REGION = 1 << 16;

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
