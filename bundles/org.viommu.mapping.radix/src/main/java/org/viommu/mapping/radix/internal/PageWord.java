// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

/**
 * What a leaf knows of one page. The word of a mapping's first page, the head, says all about the mapping; those of its other pages say how far back the head is.
 *
 * <pre>
 *          63                                    18 17       9 8      1   0
 *         +----------------------------------------+----------+--------+---+
 * head    |     physical address, bits 57..12      | pages - 1| flags  | 1 |
 *         +----------------------------------------+----------+--------+---+
 * other   |                  0                     | pages    |   0    | 0 |
 *         |                                        | to head  |        |   |
 *         +----------------------------------------+----------+--------+---+
 * free    |                                  0                             |
 *         +----------------------------------------------------------------+
 * </pre>
 */
final class PageWord {
    /** A page without a mapping. */
    static final long FREE = 0;

    private static final int PAGE_SHIFT = Level.PAGE;
    private static final long IN_PAGE = (1L << PAGE_SHIFT) - 1;

    private static final long HEAD = 1;
    private static final int FLAGS_SHIFT = 1;
    private static final int FLAGS_BITS = 8;
    private static final int PAGES_SHIFT = 9;
    private static final int PAGES_MASK = Level.SLOTS - 1;
    private static final int PHYSICAL_SHIFT = 18;
    private static final int PHYSICAL_BITS = 58;

    private PageWord() {}

    /** Whether words can tell everything about a mapping. */
    static boolean fits(long start, long end, long physical, int flags) {
        return (start & IN_PAGE) == 0
                && (end & IN_PAGE) == IN_PAGE
                && (physical & IN_PAGE) == 0
                && physical >>> PHYSICAL_BITS == 0
                && flags >>> FLAGS_BITS == 0;
    }

    /** The head of a mapping that fits. */
    static long head(long start, long end, long physical, int flags) {
        long pages = (end - start) >>> PAGE_SHIFT;
        return physical >>> PAGE_SHIFT << PHYSICAL_SHIFT | pages << PAGES_SHIFT | (long) flags << FLAGS_SHIFT | HEAD;
    }

    /** The word of a page so many pages behind the head. */
    static long other(int back) {
        return (long) back << PAGES_SHIFT;
    }

    static boolean isHead(long word) {
        return (word & HEAD) != 0;
    }

    /** Of a head: the pages that follow. */
    static int following(long head) {
        return (int) (head >>> PAGES_SHIFT) & PAGES_MASK;
    }

    /**
     * Of any word: the pages back to the head, 0 for the head itself and for a free page. Without a branch, because no processor can guess where in a mapping the
     * next address lies.
     */
    static int back(long word) {
        return following(word) & (int) (word & HEAD) - 1;
    }

    /** Of a head: the last address of the mapping. */
    static long end(long start, long head) {
        return start + ((long) following(head) << PAGE_SHIFT | IN_PAGE);
    }

    /** Of a head: where the mapping's first byte lies. */
    static long physical(long head) {
        return head >>> PHYSICAL_SHIFT << PAGE_SHIFT;
    }

    /** Of a head: the mapping's flags. */
    static int flags(long head) {
        return (int) (head >>> FLAGS_SHIFT) & (1 << FLAGS_BITS) - 1;
    }
}
