// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

/**
 * How an address is cut into digits. Each node of the tree looks at one digit; a node's level is the number of bits below that digit.
 *
 * <pre>
 *  63      57 56     48 47     39 38     30 29     21 20     12 11      3 2  0
 * +----------+---------+---------+---------+---------+---------+---------+----+
 * |  512 PiB |  1 TiB  |         |  1 GiB  |  2 MiB  |  4 KiB  |  8 B    | 1 B|
 * +----------+---------+---------+---------+---------+---------+---------+----+
 * </pre>
 */
final class Level {
    /** Slots of a node. The lowest digit uses 8 of them, the highest 128. */
    static final int SLOTS = 512;

    /** The level whose slots are 4 KiB pages. */
    static final int PAGE = 12;

    private static final int DIGIT_BITS = 9;
    private static final int BYTES = 3;

    private Level() {}

    /** The lowest level at which one node holds addresses that differ in these bits. */
    static int of(long difference) {
        int highest = Long.SIZE - 1 - Long.numberOfLeadingZeros(difference);
        if (highest < BYTES) {
            return 0;
        }
        return BYTES + (highest - BYTES) / DIGIT_BITS * DIGIT_BITS;
    }

    /** The address bits that vary within a node of this level. */
    static long mask(int level) {
        int bits = level == 0 ? BYTES : level + DIGIT_BITS;
        return bits >= Long.SIZE ? -1L : (1L << bits) - 1;
    }

    /** The slot that holds an address in a node of this level. */
    static int slot(int level, long address) {
        return (int) (address >>> level) & SLOTS - 1;
    }
}
