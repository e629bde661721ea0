// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds rectangles with integer sides that share a cell, in O(n log n) even if someone chose them to be slow.
 *
 * <p>A sweep over the rows meets the rectangles by their first row. A segment tree over the columns keeps, for each part of the columns, which rectangle met so
 * far reaches down furthest; the next one overlaps an earlier one if and only if such a rectangle in its columns reaches its first row.
 */
final class Overlaps {

    /** Cells of all rows and columns between two bounds each, inclusive; {@code owner} is the caller's. */
    record Rectangle(int top, int bottom, int left, int right, int owner) {}

    /** Two owners whose rectangles share a cell, in ascending order. */
    record Pair(int earlier, int later) {}

    private final int[] columns;
    private final int leaves;
    /** Of the rectangles that cover all columns of a tree node, the one that reaches furthest. */
    private final Rectangle[] covering;
    /** Of the rectangles that touch a column of a tree node, the one that reaches furthest. */
    private final Rectangle[] touching;

    private Overlaps(List<Rectangle> rectangles) {
        columns = rectangles.stream()
                .flatMapToInt(rectangle -> IntStream.of(rectangle.left(), rectangle.right()))
                .sorted()
                .distinct()
                .toArray();
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
        Overlaps overlaps = new Overlaps(rectangles);
        List<Pair> pairs = new ArrayList<>();
        rectangles.stream().sorted(Comparator.comparingInt(Rectangle::top)).forEach(next -> {
            int left = overlaps.column(next.left());
            int right = overlaps.column(next.right());
            Rectangle furthest = overlaps.furthest(1, 0, overlaps.leaves - 1, left, right);
            if (furthest != null && furthest.bottom() >= next.top()) {
                pairs.add(new Pair(Math.min(furthest.owner(), next.owner()), Math.max(furthest.owner(), next.owner())));
            }
            overlaps.insert(1, 0, overlaps.leaves - 1, left, right, next);
        });
        return pairs;
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
