// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import java.nio.ByteBuffer;
import java.util.Random;

/** Random bytes in stock; each is given once. Confined to one thread. */
final class EntropyPool {
    private final Random random;
    private final byte[] bytes;
    private final ByteBuffer stock;

    /**
     * Creates an empty pool.
     *
     * @param random makes the bytes
     * @param size most bytes that can be taken at a time
     */
    EntropyPool(Random random, int size) {
        this.random = random;
        bytes = new byte[size];
        stock = ByteBuffer.wrap(bytes).position(size);
    }

    /**
     * Takes bytes out. Allocates nothing.
     *
     * @param wanted how many, at least 0
     * @return as many bytes, or the pool's size if that is less; valid until the next call
     */
    ByteBuffer take(long wanted) {
        int count = (int) Math.min(wanted, bytes.length);
        // What was given last may have been used in part only, yet it counts as given.
        int start = stock.limit();
        if (bytes.length - start < count) {
            random.nextBytes(bytes);
            start = 0;
        }
        return stock.limit(start + count).position(start);
    }
}
