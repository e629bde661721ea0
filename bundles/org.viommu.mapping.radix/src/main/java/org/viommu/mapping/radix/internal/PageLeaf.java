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

    private static final long HEAD = 1;
    private static final int FLAGS_SHIFT = 1;
    private static final int FLAGS_BITS = 8;
    private static final int PAGES_SHIFT = 9;
    private static final int PAGES_MASK = Level.SLOTS - 1;
    private static final int PHYSICAL_SHIFT = 18;
    private static final int PHYSICAL_BITS = 58;

    private final long base;
    private final long[] words = new long[Level.SLOTS];
    private int size;

    private PageLeaf(long base) {
        this.base = base;
    }

    /** Whether a node with this many mappings should try to become a leaf. Not with each one more, as the attempt may fail. */
    static boolean worthwhile(int mappings) {
        return mappings >= MANY && Integer.bitCount(mappings) == 1;
    }

    /** The leaf that takes the place of a node, or null if the node has mappings that a leaf cannot hold. */
    static PageLeaf of(Node node) {
        PageLeaf leaf = new PageLeaf(node.base);
        boolean complete = node.scan(new Scan(node.base, leaf::accept));
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

    /** Of a head: the pages that follow. Of another page: the pages back to the head. */
    private static int pages(long word) {
        return (int) (word >>> PAGES_SHIFT) & PAGES_MASK;
    }

    private long word(int page) {
        return (long) WORD.getAcquire(words, page);
    }

    private void set(int page, long word) {
        WORD.setRelease(words, page, word);
    }

    /** Finds a mapping. The address may lie outside of the leaf's range, because the way down skips digits. */
    boolean lookup(long address, Translation translation) {
        if ((address ^ base) >>> Level.PAGE + 9 != 0) {
            return false;
        }
        int page = page(address);
        long word = word(page);
        if (!isHead(word)) {
            int back = pages(word);
            page -= back;
            word = word(page);
            if (!isHead(word) || pages(word) < back) {
                return false;
            }
        }
        translation.set(start(page), end(page, word), physical(word), flags(word));
        return true;
    }

    private long start(int page) {
        return base + ((long) page << PAGE_SHIFT);
    }

    private long end(int page, long head) {
        return start(page + pages(head)) + IN_PAGE;
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
        size++;
    }

    @Override
    long size() {
        return size;
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
            if (words[page] != 0) {
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
        if (words[page] == 0) {
            return false;
        }
        int head = headOf(page);
        return !within(start(head), end(head, words[head]), start, end);
    }

    private int headOf(int page) {
        return isHead(words[page]) ? page : page - pages(words[page]);
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
            long word = words[page];
            if (isHead(word)) {
                entry = entry == null
                        ? new Mapping(start(page), end(page, word), physical(word), flags(word))
                        : entry.with(start(page), end(page, word), physical(word), flags(word));
            }
        }
        return entry;
    }

    @Override
    Entry without(long start, long end, Tally removed) {
        if (!intersect(start, end, base, last())) {
            return this;
        }
        if (within(base, last(), start, end)) {
            removed.add(size);
            return null;
        }
        int before = size;
        erase(firstPage(start), lastPage(end));
        removed.add(before - size);
        return size < FEW ? dissolved(null) : this;
    }

    /** Upwards, so that each head goes before what refers to it. */
    private void erase(int first, int last) {
        for (int page = first; page <= last; page++) {
            long word = words[page];
            if (word != 0) {
                set(page, 0);
                size -= (int) (word & HEAD);
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
            long word = word(page);
            int back = isHead(word) ? 0 : pages(word);
            long head = back == 0 ? word : word(page - back);
            if (!isHead(head) || pages(head) < back) {
                page++;
                continue;
            }
            int first = page - back;
            if (!scan.offer(start(first), end(first, head), physical(head), flags(head))) {
                return false;
            }
            page = first + pages(head) + 1;
        }
        return true;
    }
}
