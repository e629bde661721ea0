// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LevelTest {

    @Test
    void a_node_on_the_level_of_a_difference_tells_the_two_addresses_apart() {
        for (int bit = 0; bit < Long.SIZE; bit++) {
            long difference = 1L << bit;
            int level = Level.of(difference | difference >>> 1);

            assertThat(Level.slot(level, 0)).as("bit %d", bit).isNotEqualTo(Level.slot(level, difference));
            assertThat(difference & ~Level.mask(level)).as("bit %d", bit).isZero();
        }
    }

    @Test
    void a_slot_is_as_wide_as_all_of_a_node_below() {
        int[] levels = {0, 3, 12, 21, 30, 39, 48, 57};
        for (int i = 0; i + 1 < levels.length; i++) {
            assertThat(Level.mask(levels[i])).isEqualTo((1L << levels[i + 1]) - 1);
        }
        assertThat(Level.mask(57)).isEqualTo(-1);
        assertThat(Level.of(-1)).isEqualTo(57);
        assertThat(Level.of(1L << Level.PAGE)).isEqualTo(Level.PAGE);
    }
}
