// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

/**
 * The mappings of a node that reach over more than one of its slots, in ascending order. Such an array is never changed: the node publishes a new one. Each of
 * them holds a boundary between two slots, so there are fewer than slots.
 */
final class Spans {
    static final Mapping[] NONE = {};

    private Spans() {}

    /** The mapping that holds an address, or null. */
    static Mapping find(Mapping[] spans, long address) {
        int index = firstReaching(spans, address);
        return index < spans.length && Long.compareUnsigned(spans[index].start, address) <= 0 ? spans[index] : null;
    }

    /** Index of the first mapping that ends at an address or above; the number of mappings if there is none. */
    static int firstReaching(Mapping[] spans, long address) {
        int low = 0;
        int high = spans.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(spans[middle].end, address) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Whether the range touches a mapping. */
    static boolean overlap(Mapping[] spans, long start, long end) {
        int index = firstReaching(spans, start);
        return index < spans.length && Long.compareUnsigned(spans[index].start, end) <= 0;
    }

    /** Index of the first mapping that starts above an address; none below the index {@code from} does. */
    static int firstAbove(Mapping[] spans, int from, long address) {
        if (from < spans.length && Long.compareUnsigned(spans[from].end, address) >= 0) {
            return Long.compareUnsigned(spans[from].start, address) <= 0 ? from + 1 : from;
        }
        int index = firstReaching(spans, address);
        return index < spans.length && Long.compareUnsigned(spans[index].start, address) <= 0 ? index + 1 : index;
    }

    /** Whether one of the mappings from one index to another (exclusive), which all touch the range, lies partly outside. */
    static boolean cut(Mapping[] spans, int from, int to, long start, long end) {
        return from < to && (spans[from].cuts(start, end) || spans[to - 1].cuts(start, end));
    }

    /** The array with a mapping that overlaps none. */
    static Mapping[] with(Mapping[] spans, Mapping mapping) {
        int index = firstReaching(spans, mapping.start);
        Mapping[] more = new Mapping[spans.length + 1];
        System.arraycopy(spans, 0, more, 0, index);
        more[index] = mapping;
        System.arraycopy(spans, index, more, index + 1, spans.length - index);
        return more;
    }

    /** The array without the mappings from one index to another (exclusive). */
    static Mapping[] without(Mapping[] spans, int from, int to) {
        if (to - from == spans.length) {
            return NONE;
        }
        Mapping[] fewer = new Mapping[spans.length - (to - from)];
        System.arraycopy(spans, 0, fewer, 0, from);
        System.arraycopy(spans, to, fewer, from, fewer.length - from);
        return fewer;
    }
}
