// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds rectangles with integer sides that share a cell, in O(n log n) even if someone chose them to be slow.
 *
 * <p>A sweep over the rows meets the rectangles by their first row. A segment tree over the columns keeps, for each part of the columns, which rectangle met so
 * far reaches down furthest; the next one overlaps an earlier one if and only if such a rectangle in its columns reaches its first row.
 */
final class Overlaps {

    /** Cells of all rows and columns between two bounds each, inclusive; {@code owner} is the caller's. */
    record Rectangle(int top, int bottom, int left, int right, int owner) {}

    /** Two owners whose rectangles share a cell. */
    record Pair(int earlier, int later) {}

    private final int[] columns;
    private final int leaves;
    /** Of the rectangles that cover all columns of a tree node, the one that reaches furthest. */
    private final Rectangle[] covering;
    /** Of the rectangles that touch a column of a tree node, the one that reaches furthest. */
    private final Rectangle[] touching;

    private Overlaps(int... columns) {
        this.columns = columns;
        leaves = Math.max(1, columns.length);
        covering = new Rectangle[4 * leaves];
        touching = new Rectangle[4 * leaves];
    }

    /**
     * Names for each rectangle that overlaps one which starts no lower one such pair: none exactly if there is no overlap at all.
     *
     * @param rectangles in any order
     * @return at most one pair for each rectangle
     */
    static List<Pair> find(List<Rectangle> rectangles) {
        Overlaps met = new Overlaps(columns(rectangles));
        List<Pair> pairs = new ArrayList<>();
        byTop(rectangles).forEach(next -> {
            met.reaching(next)
                    .ifPresent(other -> pairs.add(
                            new Pair(Math.min(other.owner(), next.owner()), Math.max(other.owner(), next.owner()))));
            met.insert(next);
        });
        return pairs;
    }

    /**
     * The same for rectangles of two sets of which only those of different sets are compared.
     *
     * @param ones in any order
     * @param others in any order
     * @return at most one pair for each rectangle: first the owner in {@code ones}, then that in {@code others}
     */
    static List<Pair> between(List<Rectangle> ones, List<Rectangle> others) {
        List<Rectangle> all = new ArrayList<>(ones);
        all.addAll(others);
        int[] columns = columns(all);
        Overlaps metOnes = new Overlaps(columns);
        Overlaps metOthers = new Overlaps(columns);
        Set<Rectangle> isOne = Collections.newSetFromMap(new IdentityHashMap<>());
        isOne.addAll(ones);
        List<Pair> pairs = new ArrayList<>();
        byTop(all).forEach(next -> {
            if (isOne.contains(next)) {
                metOthers.reaching(next).ifPresent(other -> pairs.add(new Pair(next.owner(), other.owner())));
                metOnes.insert(next);
            } else {
                metOnes.reaching(next).ifPresent(one -> pairs.add(new Pair(one.owner(), next.owner())));
                metOthers.insert(next);
            }
        });
        return pairs;
    }

    private static int[] columns(List<Rectangle> rectangles) {
        return rectangles.stream()
                .flatMapToInt(rectangle -> IntStream.of(rectangle.left(), rectangle.right()))
                .sorted()
                .distinct()
                .toArray();
    }

    private static Stream<Rectangle> byTop(List<Rectangle> rectangles) {
        return rectangles.stream().sorted(Comparator.comparingInt(Rectangle::top));
    }

    /** A rectangle met so far that shares a cell with one which starts no higher. */
    private Optional<Rectangle> reaching(Rectangle next) {
        Rectangle furthest = furthest(1, 0, leaves - 1, column(next.left()), column(next.right()));
        return Optional.ofNullable(furthest).filter(other -> other.bottom() >= next.top());
    }

    private void insert(Rectangle next) {
        insert(1, 0, leaves - 1, column(next.left()), column(next.right()), next);
    }

    private int column(int value) {
        return Arrays.binarySearch(columns, value);
    }

    private Rectangle furthest(int node, int low, int high, int left, int right) {
        if (left > high || right < low) {
            return null;
        }
        if (left <= low && high <= right) {
            return touching[node];
        }
        int middle = low + high >>> 1;
        Rectangle below = further(
                furthest(2 * node, low, middle, left, right), furthest(2 * node + 1, middle + 1, high, left, right));
        return further(covering[node], below);
    }

    private void insert(int node, int low, int high, int left, int right, Rectangle rectangle) {
        if (left > high || right < low) {
            return;
        }
        touching[node] = further(touching[node], rectangle);
        if (left <= low && high <= right) {
            covering[node] = further(covering[node], rectangle);
            return;
        }
        int middle = low + high >>> 1;
        insert(2 * node, low, middle, left, right, rectangle);
        insert(2 * node + 1, middle + 1, high, left, right, rectangle);
    }

    private static Rectangle further(Rectangle one, Rectangle other) {
        return one == null || other != null && other.bottom() > one.bottom() ? other : one;
    }
}
