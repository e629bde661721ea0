// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverlapsTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void each_pair_is_true_and_there_is_one_if_anything_overlaps(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<Overlaps.Rectangle> rectangles = rectangles(random);
            List<Overlaps.Pair> pairs = Overlaps.find(rectangles);
            assertThat(pairs).hasSizeLessThanOrEqualTo(rectangles.size()).allSatisfy(pair -> {
                assertThat(pair.earlier()).isLessThan(pair.later());
                assertThat(overlap(rectangles.get(pair.earlier()), rectangles.get(pair.later())))
                        .isTrue();
            });
            assertThat(pairs.isEmpty()).isNotEqualTo(anyOverlap(rectangles));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void between_two_sets_each_pair_is_true_and_there_is_one_if_anything_overlaps(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<Overlaps.Rectangle> ones = rectangles(random);
            List<Overlaps.Rectangle> others = rectangles(random);
            List<Overlaps.Pair> pairs = Overlaps.between(ones, others);
            assertThat(pairs).allMatch(pair -> overlap(ones.get(pair.earlier()), others.get(pair.later())));
            boolean any = ones.stream().anyMatch(one -> others.stream().anyMatch(other -> overlap(one, other)));
            assertThat(pairs.isEmpty()).isNotEqualTo(any);
        }
    }

    private static List<Overlaps.Rectangle> rectangles(Random random) {
        int side = 2 + random.nextInt(40);
        List<Overlaps.Rectangle> rectangles = new ArrayList<>();
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
            int top = random.nextInt(side);
            int left = random.nextInt(side);
            rectangles.add(new Overlaps.Rectangle(
                    top, top + random.nextInt(side / 2), left, left + random.nextInt(side / 2), i));
        }
        return rectangles;
    }

    @Test
    void nothing_overlaps_in_nothing() {
        assertThat(Overlaps.find(List.of())).isEmpty();
    }

    @Test
    void many_rectangles_over_all_rows_are_checked_without_comparing_each_with_each() {
        // 65,536 columns of full height: comparing pairs would take two thousand million steps.
        List<Overlaps.Rectangle> rectangles = new ArrayList<>();
        for (int column = 0; column <= 0xffff; column++) {
            rectangles.add(new Overlaps.Rectangle(0, 0xffff, column, column, column));
        }
        assertThat(Overlaps.find(rectangles)).isEmpty();
        rectangles.add(new Overlaps.Rectangle(0xffff, 0xffff, 7, 7, 0x10000));
        assertThat(Overlaps.find(rectangles)).containsExactly(new Overlaps.Pair(7, 0x10000));
    }

    private static boolean anyOverlap(List<Overlaps.Rectangle> rectangles) {
        for (int i = 0; i < rectangles.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (overlap(rectangles.get(i), rectangles.get(j))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean overlap(Overlaps.Rectangle one, Overlaps.Rectangle other) {
        return one.top() <= other.bottom()
                && other.top() <= one.bottom()
                && one.left() <= other.right()
                && other.left() <= one.right();
    }
}
