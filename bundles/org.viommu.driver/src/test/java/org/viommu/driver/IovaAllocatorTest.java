// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IovaAllocatorTest {
    private static final long PAGE = 0x1000;
    private static final int PAGES = 600;

    private record Piece(int first, int count) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void what_is_handed_out_is_free_within_the_limit_and_not_reserved(long seed) throws DriverException {
        SplittableRandom random = new SplittableRandom(seed);
        IovaAllocator allocator = new IovaAllocator(PAGE, PAGE, PAGES * PAGE - 1);
        BitSet used = new BitSet();
        used.set(0);
        List<Piece> pieces = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (step % 5_000 == 1_000) {
                int first = random.nextInt(PAGES - 3);
                allocator.reserve(first * PAGE + 5, (first + 2) * PAGE + 7);
                used.set(first, first + 3);
                pieces.removeIf(piece -> piece.first() < first + 3 && piece.first() + piece.count() > first);
            } else if (random.nextInt(100) < 55) {
                int count = random.nextInt(8) == 0 ? 33 + random.nextInt(20) : 1 + random.nextInt(4);
                int limit = random.nextInt(2) == 0 ? PAGES / 2 : PAGES;
                long start = allocate(allocator, count, limit);
                if (start < 0) {
                    assertThat(longest(used, limit)).isLessThan(count);
                    continue;
                }
                int first = (int) (start / PAGE);
                assertThat(start % PAGE).isZero();
                assertThat(first + count).isLessThanOrEqualTo(limit);
                assertThat(used.nextSetBit(first))
                        .satisfiesAnyOf(
                                next -> assertThat(next).isEqualTo(-1),
                                next -> assertThat(next).isGreaterThanOrEqualTo(first + count));
                used.set(first, first + count);
                pieces.add(new Piece(first, count));
            } else if (!pieces.isEmpty()) {
                Piece piece = pieces.remove(random.nextInt(pieces.size()));
                allocator.free(piece.first() * PAGE, piece.count() * PAGE);
                used.clear(piece.first(), piece.first() + piece.count());
            }
        }
    }

    private static long allocate(IovaAllocator allocator, int count, int limit) {
        try {
            return allocator.allocate(count * PAGE, limit * PAGE - 1);
        } catch (DriverException e) {
            return -1;
        }
    }

    private static int longest(BitSet used, int limit) {
        int longest = 0;
        for (int at = used.nextClearBit(0); at < limit; at = used.nextClearBit(at)) {
            int end = used.nextSetBit(at);
            int next = end < 0 || end > limit ? limit : end;
            longest = Math.max(longest, next - at);
            at = next;
        }
        return longest;
    }

    @Test
    void address_0_is_never_handed_out() throws DriverException {
        assertThat(new IovaAllocator(PAGE, 0, -1L).allocate(PAGE, -1L)).isEqualTo(PAGE);
    }

    @Test
    void the_whole_address_space_is_a_range() throws DriverException {
        IovaAllocator allocator = new IovaAllocator(PAGE, 0, -1L);
        allocator.reserve(0, -2 * PAGE - 1);
        assertThat(allocator.allocate(2 * PAGE, -1L)).isEqualTo(-2 * PAGE);
        assertThatThrownBy(() -> allocator.allocate(PAGE, -1L)).hasMessageContaining("0x1000");
    }
}
