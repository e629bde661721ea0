// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.util.Map;
import java.util.TreeMap;
import org.viommu.driver.DriverException.Reason;

/**
 * Hands I/O virtual addresses out: the lowest that are free, in whole granules. Short ranges that come back are kept
 * apart by their size, so that traffic of equal sizes neither searches nor splits.
 *
 * <p>Confined to one thread.
 */
public final class IovaAllocator {
    private static final int SIZES = 32;
    private static final int DEPTH = 64;

    private final long granule;

    /** From the first to the last address of each free range, no two of which touch. */
    private final TreeMap<Long, Long> free = new TreeMap<>(Long::compareUnsigned);

    private final long[][] recycled = new long[SIZES][];
    private final int[] recycledCount = new int[SIZES];

    /**
     * Begins with a free range.
     *
     * @param granule unit of all sizes, a power of two
     * @param start first address, unsigned; rounded up
     * @param end last address (inclusive), unsigned; rounded down
     */
    public IovaAllocator(long granule, long start, long end) {
        this.granule = granule;
        long first = start + (-start & granule - 1);
        long last = (end + 1 & -granule) - 1;
        if (Long.compareUnsigned(first, start) >= 0 && Long.compareUnsigned(last, first) > 0) {
            free.put(first, last);
        }
    }

    /**
     * Takes addresses out for good, and the granules of which they are part. What has been handed out stays so, but is
     * not handed out again.
     *
     * @param start first address, unsigned
     * @param end last address (inclusive), unsigned
     */
    public void reserve(long start, long end) {
        forget();
        long first = start & -granule;
        long last = end | granule - 1;
        Map.Entry<Long, Long> range = free.floorEntry(last);
        while (range != null && Long.compareUnsigned(range.getValue(), first) >= 0) {
            free.remove(range.getKey());
            if (Long.compareUnsigned(range.getValue(), last) > 0) {
                free.put(last + 1, range.getValue());
            }
            if (Long.compareUnsigned(range.getKey(), first) < 0) {
                free.put(range.getKey(), first - 1);
            }
            range = free.lowerEntry(range.getKey());
        }
    }

    /**
     * Hands addresses out.
     *
     * @param size in bytes, a multiple of the granule, at least one
     * @param limit last address that may be among them, unsigned
     * @return the first of them, unsigned, a multiple of the granule
     * @throws DriverException if no free range is long enough ({@link Reason#ADDRESSES})
     */
    public long allocate(long size, long limit) throws DriverException {
        int index = index(size);
        if (index >= 0 && recycledCount[index] > 0) {
            long start = recycled[index][recycledCount[index] - 1];
            if (Long.compareUnsigned(start + (size - 1), limit) <= 0) {
                recycledCount[index]--;
                return start;
            }
        }
        long found = search(size, limit);
        if (found == 0) {
            forget();
            found = search(size, limit);
        }
        if (found == 0) {
            throw new DriverException(
                    Reason.ADDRESSES, "no 0x%x I/O virtual addresses are free up to 0x%x".formatted(size, limit));
        }
        return found;
    }

    /** Returns 0, which is never handed out, if there is nothing. */
    private long search(long size, long limit) {
        for (Map.Entry<Long, Long> range : free.entrySet()) {
            long start = range.getKey() == 0 ? granule : range.getKey();
            long end = start + (size - 1);
            if (Long.compareUnsigned(end, start) < 0 || Long.compareUnsigned(end, limit) > 0) {
                return 0;
            }
            if (Long.compareUnsigned(end, range.getValue()) <= 0) {
                take(range, start, end);
                return start;
            }
        }
        return 0;
    }

    private void take(Map.Entry<Long, Long> range, long start, long end) {
        long first = range.getKey();
        long last = range.getValue();
        free.remove(first);
        if (first != start) {
            free.put(first, start - 1);
        }
        if (last != end) {
            free.put(end + 1, last);
        }
    }

    /**
     * Takes addresses back.
     *
     * @param start what {@link #allocate} gave
     * @param size of it
     */
    public void free(long start, long size) {
        int index = index(size);
        if (index < 0 || recycledCount[index] == DEPTH) {
            giveBack(start, start + (size - 1));
            return;
        }
        if (recycled[index] == null) {
            recycled[index] = new long[DEPTH];
        }
        recycled[index][recycledCount[index]++] = start;
    }

    private int index(long size) {
        return Long.compareUnsigned(size, granule * SIZES) <= 0 ? (int) (size / granule) - 1 : -1;
    }

    private void forget() {
        for (int index = 0; index < SIZES; index++) {
            while (recycledCount[index] > 0) {
                long start = recycled[index][--recycledCount[index]];
                giveBack(start, start + (index + 1) * granule - 1);
            }
        }
    }

    private void giveBack(long start, long end) {
        long first = start;
        long last = end;
        Map.Entry<Long, Long> below = free.lowerEntry(start);
        if (below != null && below.getValue() == start - 1) {
            first = below.getKey();
        }
        Long above = end == -1 ? null : free.remove(end + 1);
        if (above != null) {
            last = above;
        }
        free.put(first, last);
    }
}
