// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

/** Comparisons of unsigned 64-bit addresses, and of inclusive ranges of them. */
final class Unsigned {
    private Unsigned() {}

    static boolean below(long left, long right) {
        return left + Long.MIN_VALUE < right + Long.MIN_VALUE;
    }

    static long min(long left, long right) {
        return below(left, right) ? left : right;
    }

    static long max(long left, long right) {
        return below(left, right) ? right : left;
    }

    /** Whether an address lies in a range. */
    static boolean within(long address, long start, long end) {
        return !below(address, start) && !below(end, address);
    }

    /** Whether two ranges share an address. */
    static boolean overlap(long start, long end, long otherStart, long otherEnd) {
        return !below(end, otherStart) && !below(otherEnd, start);
    }
}
