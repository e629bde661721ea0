// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.viommu.mapping.Translation;

/**
 * The many mappings of one 2 MiB range that consist of whole 4 KiB pages: one {@link PageWord} for each page.
 *
 * <p>A mapping exists while its head is there: the head is written last and erased first, and readers that come from another page look at the head again.
 */
final class PageLeaf extends Entry {
    /** With fewer mappings other entries take less memory. */
    private static final int FEW = 28;

    /** From this many mappings on a leaf takes less memory. */
    private static final int MANY = 32;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private static final long RANGE = Level.mask(Level.PAGE);
    private static final int RANGE_BITS = Long.bitCount(RANGE);

    /** Before the words of the pages: the first address, and the number of mappings, which only the writer knows. */
    private static final int FIRST = 0;

    private static final int SIZE = 1;
    private static final int PAGES = 2;

    private final long first;
    private final long last;
    private final long[] words;

    /** Looks at the words that a slot holds. */
    PageLeaf(long[] words) {
        this.first = words[FIRST];
        this.last = first | RANGE;
        this.words = words;
    }

    /** Whether a node with this many mappings should try to become a leaf. Not with each one more, as the attempt may fail. */
    static boolean worthwhile(int mappings) {
        return mappings >= MANY && Integer.bitCount(mappings) == 1;
    }

    /** The leaf that takes the place of a node, or null if the node has mappings that a leaf cannot hold. */
    static PageLeaf of(Node node) {
        long[] words = new long[PAGES + Level.SLOTS];
        words[FIRST] = node.first;
        PageLeaf leaf = new PageLeaf(words);
        boolean complete = node.scan(new Scan(node.first, leaf::accept));
        return complete ? leaf : null;
    }

    /** Finds a mapping in the words that a slot holds. The address may lie outside of their range, because the way down skips digits. */
    static boolean lookup(long[] words, long address, Translation translation) {
        long first = words[FIRST];
        if ((address ^ first) >>> RANGE_BITS != 0) {
            return false;
        }
        int page = page(address);
        int back = PageWord.back((long) WORD.getAcquire(words, PAGES + page));
        page -= back;
        // Ordered behind the first read, and nothing is ordered behind this one.
        long word = (long) WORD.getOpaque(words, PAGES + page);
        if (!PageWord.isHead(word) || PageWord.following(word) < back) {
            return false;
        }
        long start = first + ((long) page << Level.PAGE);
        translation.set(start, PageWord.end(start, word), PageWord.physical(word), PageWord.flags(word));
        return true;
    }

    private static int page(long address) {
        return Level.slot(Level.PAGE, address);
    }

    @Override
    Object content() {
        return words;
    }

    @Override
    long size() {
        return words[SIZE];
    }

    private long word(int page) {
        return (long) WORD.getAcquire(words, PAGES + page);
    }

    private void set(int page, long word) {
        WORD.setRelease(words, PAGES + page, word);
    }

    private long start(int page) {
        return first + ((long) page << Level.PAGE);
    }

    private int firstPage(long start) {
        return Long.compareUnsigned(start, first) <= 0 ? 0 : page(start);
    }

    private int lastPage(long end) {
        return Long.compareUnsigned(end, last) >= 0 ? Level.SLOTS - 1 : page(end);
    }

    @Override
    boolean overlaps(long start, long end) {
        return intersect(start, end, first, last) && occupied(firstPage(start), lastPage(end));
    }

    private boolean occupied(int from, int to) {
        for (int page = from; page <= to; page++) {
            if (word(page) != PageWord.FREE) {
                return true;
            }
        }
        return false;
    }

    @Override
    boolean cuts(long start, long end) {
        return intersect(start, end, first, last)
                && (cutsMappingOf(firstPage(start), start, end) || cutsMappingOf(lastPage(end), start, end));
    }

    private boolean cutsMappingOf(int page, long start, long end) {
        if (word(page) == PageWord.FREE) {
            return false;
        }
        int head = page - PageWord.back(word(page));
        return !within(start(head), PageWord.end(start(head), word(head)), start, end);
    }

    @Override
    Entry with(long start, long end, long physical, int flags) {
        if (!within(start, end, first, last)) {
            return overlaps(start, end) ? null : Node.of(this, first, last, new Mapping(start, end, physical, flags));
        }
        if (occupied(page(start), page(end))) {
            return null;
        }
        // The one that does not fit comes first, so that what the others become beside it is no leaf again.
        return accept(start, end, physical, flags) ? this : dissolved(new Mapping(start, end, physical, flags));
    }

    /** Adds a mapping that overlaps none, if it fits. */
    private boolean accept(long start, long end, long physical, int flags) {
        if (!PageWord.fits(start, end, physical, flags)) {
            return false;
        }
        int head = page(start);
        for (int page = page(end); page > head; page--) {
            set(page, PageWord.other(page - head));
        }
        set(head, PageWord.head(start, end, physical, flags));
        words[SIZE]++;
        return true;
    }

    /** Another kind of entry with the mappings of this one and, unless null, of the seed. */
    private Entry dissolved(Entry seed) {
        Entry entry = seed;
        for (int page = 0; page < Level.SLOTS; page++) {
            long word = word(page);
            if (PageWord.isHead(word)) {
                long start = start(page);
                long end = PageWord.end(start, word);
                entry = entry == null
                        ? new Mapping(start, end, PageWord.physical(word), PageWord.flags(word))
                        : entry.with(start, end, PageWord.physical(word), PageWord.flags(word));
            }
        }
        return entry;
    }

    @Override
    Entry without(long start, long end, Removal removal) {
        if (!intersect(start, end, first, last)) {
            return this;
        }
        if (within(first, last, start, end)) {
            removal.add(size());
            return null;
        }
        int from = firstPage(start);
        int to = lastPage(end);
        if (cutsMappingOf(from, start, end) || cutsMappingOf(to, start, end)) {
            removal.refuse();
            return this;
        }
        long before = size();
        erase(from, to);
        removal.add(before - size());
        return size() < FEW ? dissolved(null) : this;
    }

    /** Upwards, so that each head goes before what refers to it. */
    private void erase(int from, int to) {
        for (int page = from; page <= to; page++) {
            long word = word(page);
            if (word != PageWord.FREE) {
                set(page, PageWord.FREE);
                words[SIZE] -= PageWord.isHead(word) ? 1 : 0;
            }
        }
    }

    @Override
    boolean scan(Scan scan) {
        if (Long.compareUnsigned(scan.from(), last) > 0) {
            return true;
        }
        int page = firstPage(scan.from());
        while (page < Level.SLOTS) {
            int back = PageWord.back(word(page));
            int head = page - back;
            long word = word(head);
            if (!PageWord.isHead(word) || PageWord.following(word) < back) {
                page++;
                continue;
            }
            long start = start(head);
            if (!scan.offer(start, PageWord.end(start, word), PageWord.physical(word), PageWord.flags(word))) {
                return false;
            }
            page = head + PageWord.following(word) + 1;
        }
        return true;
    }
}
