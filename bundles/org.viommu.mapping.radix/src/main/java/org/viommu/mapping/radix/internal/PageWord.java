// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

/**
 * What a leaf knows of one page. Each word tells all about its mapping, so that one load answers a look-up; the words of one mapping differ in how far back the
 * first page is, and in nothing else.
 *
 * <pre>
 *          63                          24 23     15 14      6 5      1   0
 *         +------------------------------+---------+---------+--------+---+
 * mapped  | physical address of the      | pages   | pages   | flags  | 1 |
 *         | first page, bits 51..12      | back    | - 1     |        |   |
 *         +------------------------------+---------+---------+--------+---+
 * free    |                              0                            | 0 |
 *         +---------------------------------------------------------------+
 * </pre>
 */
final class PageWord {
    /** A page without a mapping. */
    static final long FREE = 0;

    private static final int PAGE_SHIFT = Level.PAGE;
    private static final long IN_PAGE = (1L << PAGE_SHIFT) - 1;

    private static final long MAPPED = 1;
    private static final int FLAGS_SHIFT = 1;
    private static final int FLAGS_BITS = 5;
    private static final int PAGES_SHIFT = 6;
    private static final int BACK_SHIFT = 15;
    private static final int PAGES_MASK = Level.SLOTS - 1;
    private static final long BACK_MASK = (long) PAGES_MASK << BACK_SHIFT;
    private static final int PHYSICAL_SHIFT = 24;
    private static final int PHYSICAL_BITS = 52;

    private PageWord() {}

    /** Whether words can tell everything about a mapping. */
    static boolean fits(long start, long end, long physical, int flags) {
        return ((start | end + 1 | physical) & IN_PAGE) == 0
                && (physical >>> PHYSICAL_BITS | flags >>> FLAGS_BITS) == 0;
    }

    /** The word of the first page of a mapping that fits. */
    static long first(long start, long end, long physical, int flags) {
        long pages = (end - start) >>> PAGE_SHIFT;
        return physical >>> PAGE_SHIFT << PHYSICAL_SHIFT | pages << PAGES_SHIFT | (long) flags << FLAGS_SHIFT | MAPPED;
    }

    /** The word of the page so many pages behind the first one. */
    static long other(long first, int back) {
        return first | (long) back << BACK_SHIFT;
    }

    /** The word of the mapping's first page, given that of any page of it. */
    static long first(long word) {
        return word & ~BACK_MASK;
    }

    static boolean isFirst(long word) {
        return (word & (BACK_MASK | MAPPED)) == MAPPED;
    }

    /** The mapping's pages behind its first one. */
    static int following(long word) {
        return (int) (word >>> PAGES_SHIFT) & PAGES_MASK;
    }

    /** The pages from this one back to the first. */
    static int back(long word) {
        return (int) (word >>> BACK_SHIFT) & PAGES_MASK;
    }

    /** The last address of the mapping, given the first. */
    static long end(long start, long word) {
        return start + ((long) following(word) << PAGE_SHIFT | IN_PAGE);
    }

    /** Where the mapping's first byte lies. */
    static long physical(long word) {
        return word >>> PHYSICAL_SHIFT << PAGE_SHIFT;
    }

    /** The mapping's flags. */
    static int flags(long word) {
        return (int) (word >>> FLAGS_SHIFT) & (1 << FLAGS_BITS) - 1;
    }
}
