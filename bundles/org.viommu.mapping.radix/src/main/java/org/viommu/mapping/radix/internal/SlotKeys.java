// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

/**
 * The slots that a sparse node uses, ascending, seven to a word, nine bits each. A slot is found by comparing the seven keys of a word at once.
 *
 * <pre>
 *  63 62     54 53     45        17      9 8       0
 * +--+---------+---------+- ... -+---------+---------+
 * | 0|  key 6  |  key 5  |       |  key 1  |  key 0  |
 * +--+---------+---------+- ... -+---------+---------+
 * </pre>
 *
 * Keys behind the last are 0; who finds one of these gets an index that is not below the number of keys.
 */
final class SlotKeys {
    /** Keys in a word. */
    static final int PER_WORD = 7;

    private static final int BITS = 9;
    private static final long MASK = Level.SLOTS - 1;
    private static final long LOWEST_BITS = 0x0040_2010_0804_0201L;
    private static final long HIGHEST_BITS = LOWEST_BITS << BITS - 1;

    private SlotKeys() {}

    /** The index of a key, or one that is not below the number of keys. */
    static int find(long[] keys, int slot) {
        long wanted = slot * LOWEST_BITS;
        for (int word = 0; word < keys.length; word++) {
            // A key that is equal becomes zero, and subtracting one from zero borrows into its highest bit. The lowest
            // such bit is right, those above may not be.
            long difference = keys[word] ^ wanted;
            long zeros = (difference - LOWEST_BITS) & ~difference & HIGHEST_BITS;
            if (zeros != 0) {
                return word * PER_WORD + Long.numberOfTrailingZeros(zeros) / BITS;
            }
        }
        return keys.length * PER_WORD;
    }

    /** The key with an index. */
    static int key(long[] keys, int index) {
        return (int) (keys[index / PER_WORD] >>> index % PER_WORD * BITS & MASK);
    }

    /** Number of keys below a slot, among the first {@code count}. */
    static int rank(long[] keys, int count, int slot) {
        int rank = 0;
        while (rank < count && key(keys, rank) < slot) {
            rank++;
        }
        return rank;
    }

    /** The keys of a node. */
    static long[] of(Node node) {
        long[] keys = words(node.used());
        int index = 0;
        for (int slot = node.next(0); slot < Level.SLOTS; slot = node.next(slot + 1)) {
            set(keys, index++, slot);
        }
        return keys;
    }

    /** The keys with one more that gets an index. */
    static long[] with(long[] keys, int count, int index, int slot) {
        long[] more = words(count + 1);
        copy(keys, 0, more, 0, index);
        set(more, index, slot);
        copy(keys, index, more, index + 1, count - index);
        return more;
    }

    /** The keys without those from one index to another (exclusive). */
    static long[] without(long[] keys, int count, int from, int to) {
        long[] fewer = words(count - (to - from));
        copy(keys, 0, fewer, 0, from);
        copy(keys, to, fewer, from, count - to);
        return fewer;
    }

    private static long[] words(int count) {
        return new long[(count + PER_WORD - 1) / PER_WORD];
    }

    private static void copy(long[] from, int fromIndex, long[] to, int toIndex, int count) {
        for (int i = 0; i < count; i++) {
            set(to, toIndex + i, key(from, fromIndex + i));
        }
    }

    private static void set(long[] keys, int index, int slot) {
        keys[index / PER_WORD] |= (long) slot << index % PER_WORD * BITS;
    }
}
