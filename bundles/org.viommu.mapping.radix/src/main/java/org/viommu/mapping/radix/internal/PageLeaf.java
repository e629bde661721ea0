// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.viommu.mapping.Translation;

/**
 * The many mappings of one 2 MiB range that consist of whole 4 KiB pages: one {@link PageWord} for each page.
 *
 * <p>A mapping exists while the word of its first page is there: it is written last and erased first, and readers that come from another page look whether it is
 * there. They need not wait for it, because their own word tells everything.
 */
final class PageLeaf extends Entry {
    /** With fewer mappings other entries take less memory. */
    private static final int FEW = 28;

    /** From this many mappings on a leaf takes less memory. */
    private static final int MANY = 32;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private static final long RANGE = Level.mask(Level.PAGE);

    /** Bits of an address within a leaf's range. */
    static final int RANGE_BITS = Long.bitCount(RANGE);

    /** Before the words of the pages: the first address, which readers look at together with the array's length. */
    private static final int FIRST = 0;

    private static final int PAGES = 1;

    /** Behind them: the number of mappings, which only the writer knows. It changes often, hence not beside what all readers need. */
    private static final int SIZE = PAGES + Level.SLOTS;

    /** Answers of {@link #remove}. */
    static final int CUT = -1;

    static final int TOO_FEW = -2;

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
        long[] words = new long[SIZE + 1];
        words[FIRST] = node.first;
        PageLeaf leaf = new PageLeaf(words);
        boolean complete = node.scan(new Scan(node.first, leaf::accept));
        return complete ? leaf : null;
    }

    /** The first address of a leaf's range. */
    static long first(long[] words) {
        return words[FIRST];
    }

    /** Whether a mapping shares a leaf's range with others without lying in it. Where there is such a one, a leaf does not tell all about its range. */
    static boolean ragged(long start, long end) {
        return (start ^ end) >>> RANGE_BITS != 0 && ((start | end + 1) & RANGE) != 0;
    }

    /** Whether a range lies in that of a leaf. */
    static boolean covers(long[] words, long start, long end) {
        return ((start ^ words[FIRST]) | (end ^ words[FIRST])) >>> RANGE_BITS == 0;
    }

    /** Finds a mapping in the words that a slot holds. The address may lie outside of their range, because the way down skips digits. */
    static boolean lookup(long[] words, long address, Translation translation) {
        long first = words[FIRST];
        if ((address ^ first) >>> RANGE_BITS != 0) {
            return false;
        }
        int page = page(address);
        long word = (long) WORD.getAcquire(words, PAGES + page);
        page -= PageWord.back(word);
        // Ordered behind the first read, and nothing is ordered behind this one.
        if (word == PageWord.FREE || (long) WORD.getOpaque(words, PAGES + page) != PageWord.first(word)) {
            return false;
        }
        long start = first + ((long) page << Level.PAGE);
        translation.set(start, PageWord.end(start, word), PageWord.physical(word), PageWord.flags(word));
        return true;
    }

    /** Adds a mapping that fits and lies in the leaf's range; returns whether there was room for it. */
    static boolean add(long[] words, long start, long end, long physical, int flags) {
        int from = PAGES + page(start);
        int to = PAGES + page(end);
        for (int page = from; page <= to; page++) {
            if (words[page] != PageWord.FREE) {
                return false;
            }
        }
        long first = PageWord.first(start, end, physical, flags);
        for (int page = to; page > from; page--) {
            WORD.setRelease(words, page, PageWord.other(first, page - from));
        }
        WORD.setRelease(words, from, first);
        words[SIZE]++;
        return true;
    }

    /**
     * Removes the mappings of a range, which lies in the leaf's.
     *
     * @return how many; {@link #CUT} if the range cuts one, {@link #TOO_FEW} if the leaf might have too few mappings afterwards: then nothing has changed
     */
    static int remove(long[] words, long start, long end) {
        int from = page(start);
        int to = page(end);
        if (words[SIZE] - (to - from + 1) < FEW) {
            return TOO_FEW;
        }
        if (start(words, from) == start
                && PageWord.isFirst(words[PAGES + from])
                && PageWord.end(start, words[PAGES + from]) == end) {
            // As drivers do it: one mapping, and not a part of it.
            free(words, from, to);
            words[SIZE]--;
            return 1;
        }
        if (cut(words, from, start, end) || cut(words, to, start, end)) {
            return CUT;
        }
        return erase(words, from, to);
    }

    /** Whether the mapping of a page, if there is one, lies partly outside of a range. */
    private static boolean cut(long[] words, int page, long start, long end) {
        long word = words[PAGES + page];
        if (word == PageWord.FREE) {
            return false;
        }
        long first = start(words, page - PageWord.back(word));
        return !within(first, PageWord.end(first, word), start, end);
    }

    /** Removes what the pages hold, and no mapping partly; returns the number of mappings. */
    private static int erase(long[] words, int from, int to) {
        int mappings = 0;
        for (int page = PAGES + from; page <= PAGES + to; page++) {
            mappings += PageWord.isFirst(words[page]) ? 1 : 0;
        }
        free(words, from, to);
        words[SIZE] -= mappings;
        return mappings;
    }

    /** Upwards, so that each mapping's first page goes first. */
    private static void free(long[] words, int from, int to) {
        for (int page = PAGES + from; page <= PAGES + to; page++) {
            WORD.setRelease(words, page, PageWord.FREE);
        }
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

    private long start(int page) {
        return start(words, page);
    }

    private static long start(long[] words, int page) {
        return words[FIRST] + ((long) page << Level.PAGE);
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
                && (cut(words, firstPage(start), start, end) || cut(words, lastPage(end), start, end));
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
        return PageWord.fits(start, end, physical, flags) && add(words, start, end, physical, flags);
    }

    /** Another kind of entry with the mappings of this one and, unless null, of the seed. */
    private Entry dissolved(Entry seed) {
        Entry entry = seed;
        for (int page = 0; page < Level.SLOTS; page++) {
            long word = word(page);
            if (PageWord.isFirst(word)) {
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
            leave(removal);
            return null;
        }
        int from = firstPage(start);
        int to = lastPage(end);
        if (cut(words, from, start, end) || cut(words, to, start, end)) {
            removal.refuse();
            return this;
        }
        removal.add(erase(words, from, to));
        if (size() >= FEW) {
            return this;
        }
        removal.leave(words);
        return dissolved(null);
    }

    @Override
    void leave(Removal removal) {
        removal.add(size());
        removal.leave(words);
    }

    @Override
    boolean scan(Scan scan) {
        if (Long.compareUnsigned(scan.from(), last) > 0) {
            return true;
        }
        int page = firstPage(scan.from());
        while (page < Level.SLOTS) {
            long word = word(page);
            int head = page - PageWord.back(word);
            if (word == PageWord.FREE || word(head) != PageWord.first(word)) {
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
