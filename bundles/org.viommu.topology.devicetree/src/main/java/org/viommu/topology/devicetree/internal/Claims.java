// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who has which of the routing identifiers, where the first who claims one gets it. Each claim takes O(log n) time, over all of them.
 *
 * @param <O> owners
 */
final class Claims<O> {
    static final int LAST = 0xffff;

    /**
     * Identifiers of one owner.
     *
     * @param first lowest
     * @param last highest, inclusive
     * @param owner who has them
     */
    record Span<O>(int first, int last, O owner) {}

    /**
     * Identifiers that nobody has.
     *
     * @param first lowest
     * @param last highest, inclusive
     */
    record Gap(int first, int last) {}

    /** The first identifier, not below {@code first}, that has no bits outside of a mask; beyond {@link #LAST} if there is none. */
    static int reachable(int first, int mask) {
        int next = first;
        for (int excess = next & ~mask & LAST; excess != 0; excess = next & ~mask & LAST) {
            int highest = Integer.highestOneBit(excess);
            next = (next & -2 * highest) + 2 * highest;
        }
        return next;
    }

    private final TreeMap<Integer, Span<O>> spans = new TreeMap<>();
    private final TreeMap<Integer, Gap> gaps = new TreeMap<>(Map.of(0, new Gap(0, LAST)));

    /**
     * Gives an owner what nobody has yet.
     *
     * @param first lowest, 0 to {@link #LAST}
     * @param last highest, inclusive, {@code first} to {@link #LAST}
     * @return somebody who has some of it already, if anybody does
     */
    Optional<O> claim(int first, int last, O owner) {
        Optional<O> other = other(first, last);
        for (Gap gap : gaps(first, last)) {
            Gap whole = gaps.remove(gaps.floorKey(gap.first()));
            put(new Gap(whole.first(), gap.first() - 1));
            put(new Gap(gap.last() + 1, whole.last()));
            spans.put(gap.first(), new Span<>(gap.first(), gap.last(), owner));
        }
        return other;
    }

    private Optional<O> other(int first, int last) {
        Map.Entry<Integer, Gap> gap = gaps.floorEntry(first);
        int taken =
                gap != null && gap.getValue().last() >= first ? gap.getValue().last() + 1 : first;
        return taken > last
                ? Optional.empty()
                : Optional.of(spans.floorEntry(taken).getValue().owner());
    }

    private void put(Gap gap) {
        if (gap.first() <= gap.last()) {
            gaps.put(gap.first(), gap);
        }
    }

    /** All claims in ascending order. */
    List<Span<O>> spans() {
        return List.copyOf(spans.values());
    }

    /** What nobody has within a range, in ascending order. */
    List<Gap> gaps(int first, int last) {
        List<Gap> found = new ArrayList<>();
        Integer from = gaps.floorKey(first);
        for (Gap gap :
                gaps.subMap(from == null ? first : from, true, last, true).values()) {
            if (gap.last() >= first) {
                found.add(new Gap(Math.max(first, gap.first()), Math.min(last, gap.last())));
            }
        }
        return found;
    }
}
