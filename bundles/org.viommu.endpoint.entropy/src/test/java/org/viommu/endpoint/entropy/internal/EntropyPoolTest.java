// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EntropyPoolTest {
    /** Makes the numbers from 1 on, so that each byte can be recognised. */
    private final EntropyPool pool = new EntropyPool(
            new Random() {
                private static final long serialVersionUID = 1L;

                private byte next;

                @Override
                public void nextBytes(byte[] bytes) {
                    for (int i = 0; i < bytes.length; i++) {
                        bytes[i] = ++next;
                    }
                }
            },
            8);

    private byte[] take(long wanted) {
        ByteBuffer taken = pool.take(wanted);
        byte[] bytes = new byte[taken.remaining()];
        taken.get(bytes);
        return bytes;
    }

    @Test
    void no_byte_is_given_twice() {
        assertThat(take(3)).containsExactly(1, 2, 3);
        assertThat(take(5)).containsExactly(4, 5, 6, 7, 8);
        assertThat(take(2)).containsExactly(9, 10);
        assertThat(take(7)).as("the rest would not do").containsExactly(17, 18, 19, 20, 21, 22, 23);
    }

    @Test
    void byte_that_was_given_and_not_used_is_not_given_again() {
        pool.take(4);
        assertThat(take(1)).containsExactly(5);
    }

    @Test
    void no_more_than_the_pool_is_given() {
        assertThat(take(1L << 32)).hasSize(8);
        assertThat(take(0)).isEmpty();
    }
}
