// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.util.Objects;
import org.viommu.virtqueue.SplitLayout;

/** Checks the pieces from which a driver makes a chain, {@code address0, length0, address1, length1, …}. */
final class Pieces {
    /** Values that a pair has where many of them are added: two addresses, each with a length. */
    static final int PAIR = 4;

    private static final long MAX_LENGTH = 0xffff_ffffL;
    private static final long MAX_TOTAL = 1L << 32;

    private Pieces() {}

    static int count(long[] pieces) {
        return pieces.length / 2;
    }

    /** The flag of a piece's descriptor that says who writes it, the same in both layouts. */
    static int writeFlag(int piece, int readable) {
        return piece < readable ? 0 : SplitLayout.FLAG_WRITE;
    }

    /**
     * Checks the pieces against virtio 1.4, 2.7.5.2 and 2.7.5.3.1.
     *
     * @return bytes of the writable part
     */
    static long check(long[] pieces, int readable, int queueSize) {
        int count = count(pieces);
        if (pieces.length % 2 != 0 || count < 1 || count > queueSize) {
            throw new IllegalArgumentException("%d values are not 1 to %d pieces".formatted(pieces.length, queueSize));
        }
        if (readable < 0 || readable > count) {
            throw new IllegalArgumentException("%d readable pieces of %d".formatted(readable, count));
        }
        long total = 0;
        long writable = 0;
        for (int i = 0; i < count; i++) {
            long length = pieces[2 * i + 1];
            if (length < 1 || length > MAX_LENGTH) {
                throw new IllegalArgumentException("piece %d has length %d".formatted(i, length));
            }
            total += length;
            writable += i < readable ? 0 : length;
        }
        if (total > MAX_TOTAL) {
            throw new IllegalArgumentException("%d bytes are more than 2^32".formatted(total));
        }
        return writable;
    }

    /** Checks the lengths of a chain of two pieces in the same way. */
    static void checkPair(long readable, long writable, int queueSize) {
        if (!isPair(readable, writable) || queueSize < 2) {
            check(new long[] {0, readable, 0, writable}, 1, queueSize);
        }
    }

    /** Checks that arrays have room for what many pairs need, before anything of them is added. */
    static void checkRoom(long[] pairs, int count, int[] ids) {
        Objects.checkFromIndexSize(0, (long) count * PAIR, pairs.length);
        Objects.checkFromIndexSize(0, count, ids.length);
    }

    /** Whether two pieces of these lengths can be a chain. */
    static boolean isPair(long readable, long writable) {
        // One comparison for what is usual: none of the three is negative or beyond 32 bits.
        return ((readable - 1 | writable - 1 | MAX_TOTAL - readable - writable) & ~MAX_LENGTH) == 0;
    }
}
