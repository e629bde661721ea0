// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

/**
 * The slots that a sparse node uses, as an array that is never changed: a head, and a bitmap for each group of 64 slots of which one is in use. The number of
 * a slot among those in use is found without a loop and without a branch that depends on the slot.
 *
 * <pre>
 *          63      56               15       8 7 6     0
 *         +-----------+-   ...   -+-----------+-+-------+
 * head    |  group 7  |           |  group 1  |u|  rank |    u: group in use; rank: slots in use in the groups below
 *         +-----------+-   ...   -+-----------+-+-------+
 * </pre>
 */
final class SlotSet {
    /** No slots. */
    static final long[] EMPTY = {0};

    private static final int GROUPS = Level.SLOTS / Long.SIZE;
    private static final int GROUP_SHIFT = 6;
    private static final long IN_USE = 0x80;
    private static final long ALL_IN_USE = 0x8080_8080_8080_8080L;
    private static final int RANK = 0x7f;

    private SlotSet() {}

    /** The number of slots in use below a slot in use, or -1 if the slot is not in use. */
    static int find(long[] set, int slot) {
        long head = set[0];
        int shift = shift(slot);
        if ((head >>> shift & IN_USE) == 0) {
            return -1;
        }
        long word = word(set, head, shift);
        long bit = 1L << slot;
        return (word & bit) == 0 ? -1 : rank(head, shift) + Long.bitCount(word & bit - 1);
    }

    /** The number of slots in use below a slot. */
    static int rank(long[] set, int slot) {
        long head = set[0];
        int shift = shift(slot);
        int below = (head >>> shift & IN_USE) == 0 ? 0 : Long.bitCount(word(set, head, shift) & (1L << slot) - 1);
        return rank(head, shift) + below;
    }

    /** The number of slots in use from one slot to another (inclusive). */
    static int count(long[] set, int from, int to) {
        int count = 0;
        for (int slot = next(set, from); slot <= to; slot = next(set, slot + 1)) {
            count++;
        }
        return count;
    }

    /** The first slot in use from a slot on, or {@link Level#SLOTS}. */
    static int next(long[] set, int slot) {
        long head = set[0];
        for (int from = slot; from < Level.SLOTS; from = (from >>> GROUP_SHIFT) + 1 << GROUP_SHIFT) {
            int shift = shift(from);
            if ((head >>> shift & IN_USE) != 0) {
                long rest = word(set, head, shift) & -1L << from;
                if (rest != 0) {
                    return from >>> GROUP_SHIFT << GROUP_SHIFT | Long.numberOfTrailingZeros(rest);
                }
            }
        }
        return Level.SLOTS;
    }

    /** The slots in use in a node. */
    static long[] of(Node node) {
        long[] bits = new long[GROUPS];
        for (int slot = node.next(0); slot < Level.SLOTS; slot = node.next(slot + 1)) {
            bits[slot >>> GROUP_SHIFT] |= 1L << slot;
        }
        return pack(bits);
    }

    /** The set with one slot more. */
    static long[] with(long[] set, int slot) {
        long[] bits = unpack(set);
        bits[slot >>> GROUP_SHIFT] |= 1L << slot;
        return pack(bits);
    }

    /** The set without the slots from one to another (inclusive). */
    static long[] without(long[] set, int from, int to) {
        long[] bits = unpack(set);
        for (int slot = next(set, from); slot <= to; slot = next(set, slot + 1)) {
            bits[slot >>> GROUP_SHIFT] &= ~(1L << slot);
        }
        return pack(bits);
    }

    private static int shift(int slot) {
        return slot >>> GROUP_SHIFT << 3;
    }

    private static int rank(long head, int shift) {
        return (int) (head >>> shift) & RANK;
    }

    /** The bitmap of a group in use. */
    private static long word(long[] set, long head, int shift) {
        return set[1 + Long.bitCount(head & ALL_IN_USE & (1L << shift) - 1)];
    }

    private static long[] unpack(long[] set) {
        long[] bits = new long[GROUPS];
        int word = 1;
        for (int group = 0; group < GROUPS; group++) {
            if ((set[0] >>> group * Byte.SIZE & IN_USE) != 0) {
                bits[group] = set[word++];
            }
        }
        return bits;
    }

    private static long[] pack(long[] bits) {
        int used = 0;
        for (long word : bits) {
            used += word == 0 ? 0 : 1;
        }
        long[] set = new long[1 + used];
        long rank = 0;
        int word = 1;
        for (int group = 0; group < GROUPS; group++) {
            set[0] |= rank << group * Byte.SIZE;
            if (bits[group] != 0) {
                set[0] |= IN_USE << group * Byte.SIZE;
                set[word++] = bits[group];
                rank += Long.bitCount(bits[group]);
            }
        }
        return set;
    }
}
