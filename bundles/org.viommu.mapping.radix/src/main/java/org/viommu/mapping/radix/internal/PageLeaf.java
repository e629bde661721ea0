// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.viommu.mapping.Translation;

/**
 * The many mappings of one 2 MiB range that consist of whole 4 KiB pages: one word for each page. The word of a mapping's first page, the head, says all about
 * the mapping; those of its other pages say how far back the head is.
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
 *
 * <p>The mapping exists while its head is there: the head is written last and erased first, and readers that come from another page look at the head again.
 */
final class PageLeaf extends Entry {
    /** With fewer mappings other entries take less memory. */
    private static final int FEW = 26;

    /** From this many mappings on a leaf takes less memory. */
    private static final int MANY = 32;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int PAGE_SHIFT = 12;
    private static final long IN_PAGE = (1L << PAGE_SHIFT) - 1;
    private static final long RANGE = Level.mask(Level.PAGE);
    private static final int RANGE_BITS = Long.bitCount(RANGE);

    private static final long HEAD = 1;
    private static final int FLAGS_SHIFT = 1;
    private static final int FLAGS_BITS = 8;
    private static final int PAGES_SHIFT = 9;
    private static final int PAGES_MASK = Level.SLOTS - 1;
    private static final int PHYSICAL_SHIFT = 18;
    private static final int PHYSICAL_BITS = 58;

    /** Before the words of the pages: the first address, and the number of mappings, which only the writer knows. */
    private static final int BASE = 0;

    private static final int SIZE = 1;
    private static final int PAGES = 2;

    private final long base;
    private final long[] words;

    /** Looks at the words that a slot holds. */
    PageLeaf(long[] words) {
        this.base = words[BASE];
        this.words = words;
    }

    @Override
    Object content() {
        return words;
    }

    /** Whether a node with this many mappings should try to become a leaf. Not with each one more, as the attempt may fail. */
    static boolean worthwhile(int mappings) {
        return mappings >= MANY && Integer.bitCount(mappings) == 1;
    }

    /** The leaf that takes the place of a node, or null if the node has mappings that a leaf cannot hold. */
    static PageLeaf of(Node node) {
        long[] words = new long[PAGES + Level.SLOTS];
        words[BASE] = node.first;
        PageLeaf leaf = new PageLeaf(words);
        boolean complete = node.scan(new Scan(node.first, leaf::accept));
        return complete ? leaf : null;
    }

    private boolean accept(long start, long end, long physical, int flags) {
        boolean fits = fits(start, end, physical, flags);
        if (fits) {
            put(page(start), page(end), head(start, end, physical, flags));
        }
        return fits;
    }

    private static boolean fits(long start, long end, long physical, int flags) {
        return (start & IN_PAGE) == 0
                && (end & IN_PAGE) == IN_PAGE
                && (physical & IN_PAGE) == 0
                && physical >>> PHYSICAL_BITS == 0
                && flags >>> FLAGS_BITS == 0;
    }

    private static long head(long start, long end, long physical, int flags) {
        long pages = (end - start) >>> PAGE_SHIFT;
        return physical >>> PAGE_SHIFT << PHYSICAL_SHIFT | pages << PAGES_SHIFT | (long) flags << FLAGS_SHIFT | HEAD;
    }

    private static int page(long address) {
        return Level.slot(Level.PAGE, address);
    }

    private static boolean isHead(long word) {
        return (word & HEAD) != 0;
    }

    /** Of a head: the pages that follow. */
    private static int pages(long word) {
        return (int) (word >>> PAGES_SHIFT) & PAGES_MASK;
    }

    /** The pages back to the head: 0 for a head. Without a branch, because no processor can guess where in a mapping the next address lies. */
    private static int back(long word) {
        return pages(word) & (int) (word & HEAD) - 1;
    }

    private long word(int page) {
        return (long) WORD.getAcquire(words, PAGES + page);
    }

    private void set(int page, long word) {
        WORD.setRelease(words, PAGES + page, word);
    }

    /** Finds a mapping in the words that a slot holds. The address may lie outside of their range, because the way down skips digits. */
    static boolean lookup(long[] words, long address, Translation translation) {
        long base = words[BASE];
        if ((address ^ base) >>> RANGE_BITS != 0) {
            return false;
        }
        int page = page(address);
        int back = back((long) WORD.getAcquire(words, PAGES + page));
        page -= back;
        // Ordered behind the first read, and nothing is ordered behind this one.
        long word = (long) WORD.getOpaque(words, PAGES + page);
        if (!isHead(word) || pages(word) < back) {
            return false;
        }
        long start = base + ((long) page << PAGE_SHIFT);
        translation.set(start, end(start, word), physical(word), flags(word));
        return true;
    }

    private long start(int page) {
        return base + ((long) page << PAGE_SHIFT);
    }

    private static long end(long start, long head) {
        return start + ((long) pages(head) << PAGE_SHIFT | IN_PAGE);
    }

    private static long physical(long head) {
        return head >>> PHYSICAL_SHIFT << PAGE_SHIFT;
    }

    private static int flags(long head) {
        return (int) (head >>> FLAGS_SHIFT) & (1 << FLAGS_BITS) - 1;
    }

    private void put(int first, int last, long head) {
        for (int page = last; page > first; page--) {
            set(page, (long) (page - first) << PAGES_SHIFT);
        }
        set(first, head);
        words[SIZE]++;
    }

    @Override
    long size() {
        return words[SIZE];
    }

    private long last() {
        return base | RANGE;
    }

    private int firstPage(long start) {
        return Long.compareUnsigned(start, base) <= 0 ? 0 : page(start);
    }

    private int lastPage(long end) {
        return Long.compareUnsigned(end, last()) >= 0 ? Level.SLOTS - 1 : page(end);
    }

    @Override
    boolean overlaps(long start, long end) {
        if (!intersect(start, end, base, last())) {
            return false;
        }
        return occupied(firstPage(start), lastPage(end));
    }

    private boolean occupied(int first, int last) {
        for (int page = first; page <= last; page++) {
            if (word(page) != 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    boolean cuts(long start, long end) {
        if (!intersect(start, end, base, last())) {
            return false;
        }
        return cutsMappingOf(firstPage(start), start, end) || cutsMappingOf(lastPage(end), start, end);
    }

    private boolean cutsMappingOf(int page, long start, long end) {
        if (word(page) == 0) {
            return false;
        }
        int head = headOf(page);
        return !within(start(head), end(start(head), word(head)), start, end);
    }

    private int headOf(int page) {
        return page - back(word(page));
    }

    @Override
    Entry with(long start, long end, long physical, int flags) {
        if (!within(start, end, base, last())) {
            return overlaps(start, end) ? null : Node.of(this, base, last(), new Mapping(start, end, physical, flags));
        }
        int first = page(start);
        int last = page(end);
        if (occupied(first, last)) {
            return null;
        }
        if (fits(start, end, physical, flags)) {
            put(first, last, head(start, end, physical, flags));
            return this;
        }
        // First the one that does not fit, so that what comes of it does not become a leaf again.
        return dissolved(new Mapping(start, end, physical, flags));
    }

    /** Another kind of entry with the mappings of this one and, unless null, of the seed. */
    private Entry dissolved(Entry seed) {
        Entry entry = seed;
        for (int page = 0; page < Level.SLOTS; page++) {
            long word = word(page);
            if (isHead(word)) {
                entry = entry == null
                        ? new Mapping(start(page), end(start(page), word), physical(word), flags(word))
                        : entry.with(start(page), end(start(page), word), physical(word), flags(word));
            }
        }
        return entry;
    }

    @Override
    Entry without(long start, long end, Removal removal) {
        if (!intersect(start, end, base, last())) {
            return this;
        }
        if (within(base, last(), start, end)) {
            removal.add(words[SIZE]);
            return null;
        }
        int first = firstPage(start);
        int last = lastPage(end);
        if (cutsMappingOf(first, start, end) || cutsMappingOf(last, start, end)) {
            removal.refuse();
            return this;
        }
        long before = words[SIZE];
        erase(first, last);
        removal.add(before - words[SIZE]);
        return words[SIZE] < FEW ? dissolved(null) : this;
    }

    /** Upwards, so that each head goes before what refers to it. */
    private void erase(int first, int last) {
        for (int page = first; page <= last; page++) {
            long word = word(page);
            if (word != 0) {
                set(page, 0);
                words[SIZE] -= word & HEAD;
            }
        }
    }

    @Override
    boolean scan(Scan scan) {
        if (Long.compareUnsigned(scan.from(), last()) > 0) {
            return true;
        }
        int page = firstPage(scan.from());
        while (page < Level.SLOTS) {
            int back = back(word(page));
            long head = word(page - back);
            if (!isHead(head) || pages(head) < back) {
                page++;
                continue;
            }
            int first = page - back;
            if (!scan.offer(start(first), end(start(first), head), physical(head), flags(head))) {
                return false;
            }
            page = first + pages(head) + 1;
        }
        return true;
    }
}
