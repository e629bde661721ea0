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

    private static final int GROUP_SHIFT = 6;
    private static final long IN_USE = 0x80;
    private static final long ALL_IN_USE = 0x8080_8080_8080_8080L;
    private static final int RANK = 0x7f;
    private static final long ONES = 0x0101_0101_0101_0101L;

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
        if (slot == Level.SLOTS) {
            return Level.SLOTS;
        }
        long head = set[0];
        int shift = shift(slot);
        if ((head >>> shift & IN_USE) != 0) {
            long rest = word(set, head, shift) & -1L << slot;
            if (rest != 0) {
                return first(shift, rest);
            }
        }
        long above = head & ALL_IN_USE & -1L << shift << Byte.SIZE;
        if (above == 0) {
            return Level.SLOTS;
        }
        int following = Long.numberOfTrailingZeros(above) / Byte.SIZE * Byte.SIZE;
        return first(following, word(set, head, following));
    }

    /** The lowest slot in a bitmap of a group. */
    private static int first(int shift, long word) {
        return shift / Byte.SIZE * Long.SIZE + Long.numberOfTrailingZeros(word);
    }

    /** The slots in use in a node. */
    static long[] of(Node node) {
        long[] set = EMPTY;
        for (int slot = node.next(0); slot < Level.SLOTS; slot = node.next(slot + 1)) {
            set = with(set, slot);
        }
        return set;
    }

    /** The set with one slot more. */
    static long[] with(long[] set, int slot) {
        long head = set[0];
        int shift = shift(slot);
        int index = index(head, shift);
        boolean groupInUse = (head >>> shift & IN_USE) != 0;
        long[] more;
        if (groupInUse) {
            more = set.clone();
        } else {
            more = new long[set.length + 1];
            System.arraycopy(set, 1, more, 1, index - 1);
            System.arraycopy(set, index, more, index + 1, set.length - index);
        }
        more[index] |= 1L << slot;
        more[0] = (head | IN_USE << shift) + oneInEachAbove(shift);
        return more;
    }

    /** The set without the slots from one to another (inclusive). */
    static long[] without(long[] set, int from, int to) {
        long[] fewer = set;
        for (int slot = next(set, from); slot <= to; slot = next(set, slot + 1)) {
            fewer = without(fewer, slot);
        }
        return fewer;
    }

    private static long[] without(long[] set, int slot) {
        int shift = shift(slot);
        long head = set[0] - oneInEachAbove(shift);
        int index = index(head, shift);
        long rest = set[index] & ~(1L << slot);
        long[] fewer;
        if (rest != 0) {
            fewer = set.clone();
            fewer[index] = rest;
            fewer[0] = head;
        } else {
            fewer = new long[set.length - 1];
            System.arraycopy(set, 1, fewer, 1, index - 1);
            System.arraycopy(set, index + 1, fewer, index, fewer.length - index);
            fewer[0] = head & ~(IN_USE << shift);
        }
        return fewer;
    }

    private static int shift(int slot) {
        return slot >>> GROUP_SHIFT << 3;
    }

    private static int rank(long head, int shift) {
        return (int) (head >>> shift) & RANK;
    }

    /** A one for the rank of each group above. */
    private static long oneInEachAbove(int shift) {
        return ONES << shift << Byte.SIZE;
    }

    /** Where the bitmap of a group in use is. */
    private static int index(long head, int shift) {
        return 1 + Long.bitCount(head & ALL_IN_USE & (1L << shift) - 1);
    }

    /** The bitmap of a group in use. */
    private static long word(long[] set, long head, int shift) {
        return set[index(head, shift)];
    }
}
