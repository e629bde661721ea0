// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Arrays;
import org.viommu.mapping.Translation;

/**
 * What one port remembers of the mappings that it has found, as the IOTLB of a device does: the one used last, which
 * serves as long as the device stays in it, and others by page. Each entry is good until something is unmapped near it,
 * or a huge range anywhere.
 *
 * <p>A mapping comes to the others when it is used twice in a row. Single accesses to ever other places, which would
 * not find an entry again, therefore push none out.
 *
 * <p>Confined to the port's thread, inside its slot.
 */
final class TranslationCache {
    /** Enough for the buffers of some rings; 128 KiB for each port. */
    private static final int ENTRIES = 1 << 12;

    private static final int PAGE_BITS = 12;

    /** Words of an entry. */
    private static final int START = 0;

    private static final int LENGTH = 1;
    private static final int DISTANCE = 2;
    private static final int STAMP = 3;
    private static final int WORDS = 4;

    /** A stamp holds the flags in its lowest bits, then the place of the count, then the count. */
    private static final int FLAG_BITS = 4;

    private static final int COUNT_SHIFT = FLAG_BITS + Integer.numberOfTrailingZeros(Invalidations.PLACES);

    /** No count becomes as high. */
    private static final long NEVER = -1;

    private final Invalidations invalidations;
    private final long[] entries = new long[ENTRIES * WORDS];

    /** The mapping used last. */
    private long start;

    /** From its first address to the last one for which the entry is good. */
    private long length;

    /** From its I/O virtual to its guest-physical addresses. */
    private long distance;

    private long stamp;

    /** Where the mapping used last is to be kept when it is used again; negative if that is done. */
    private int pending = -1;

    TranslationCache(Invalidations invalidations) {
        this.invalidations = invalidations;
        forget();
    }

    /** Whether the mapping used last is good for an address. */
    boolean holds(long address) {
        if (!covers(address, start, length) || !current(stamp)) {
            return false;
        }
        if (pending >= 0) {
            keep();
        }
        return true;
    }

    /** Makes the mapping that is kept for an address the one used last; returns whether there is one. */
    boolean recall(long address) {
        int entry = entry(address);
        if (!covers(address, entries[entry + START], entries[entry + LENGTH]) || !current(entries[entry + STAMP])) {
            return false;
        }
        start = entries[entry + START];
        length = entries[entry + LENGTH];
        distance = entries[entry + DISTANCE];
        stamp = entries[entry + STAMP];
        pending = -1;
        return true;
    }

    /**
     * Makes a mapping the one used last.
     *
     * @param address that it was found for
     * @param mapping that was found
     * @param last address to which it counts
     * @param place of the address
     * @param count of the place before it was looked up
     */
    void remember(long address, Translation mapping, long last, int place, long count) {
        start = mapping.start();
        length = last - start;
        distance = mapping.physical() - start;
        stamp = count << COUNT_SHIFT | (long) place << FLAG_BITS | mapping.flags() & (1 << FLAG_BITS) - 1;
        pending = entry(address);
    }

    /** Forgets everything. */
    void forget() {
        Arrays.fill(entries, NEVER);
        stamp = NEVER;
        pending = -1;
    }

    /** Whether the mapping used last has one of some flags. */
    boolean grants(int flags) {
        return (stamp & flags) != 0;
    }

    /** Where an address lies by the mapping used last. */
    long physical(long address) {
        return address + distance;
    }

    /** The last address for which the mapping used last is good. */
    long last() {
        return start + length;
    }

    private void keep() {
        entries[pending + START] = start;
        entries[pending + LENGTH] = length;
        entries[pending + DISTANCE] = distance;
        entries[pending + STAMP] = stamp;
        pending = -1;
    }

    private boolean current(long stamped) {
        return invalidations.count((int) (stamped >>> FLAG_BITS) & Invalidations.PLACES - 1) == stamped >>> COUNT_SHIFT;
    }

    private static boolean covers(long address, long start, long length) {
        return !Unsigned.below(length, address - start);
    }

    private static int entry(long address) {
        return ((int) (address >>> PAGE_BITS) & ENTRIES - 1) * WORDS;
    }
}
