// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.util.Arrays;

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

    /** Whether a mapping lies partly in the range and partly outside. */
    static boolean cut(Mapping[] spans, long start, long end) {
        int first = firstReaching(spans, start);
        int last = firstReaching(spans, end);
        return first < spans.length && spans[first].cuts(start, end)
                || last < spans.length && spans[last].cuts(start, end);
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

    /** The array without the mappings in the range, which cuts none. The same array if there are none. */
    static Mapping[] without(Mapping[] spans, long start, long end) {
        int first = firstReaching(spans, start);
        int last = firstReaching(spans, end);
        if (last < spans.length && Long.compareUnsigned(spans[last].end, end) == 0) {
            last++;
        }
        if (first == last) {
            return spans;
        }
        if (last - first == spans.length) {
            return NONE;
        }
        Mapping[] fewer = Arrays.copyOf(spans, spans.length - (last - first));
        System.arraycopy(spans, last, fewer, first, spans.length - last);
        return fewer;
    }
}
