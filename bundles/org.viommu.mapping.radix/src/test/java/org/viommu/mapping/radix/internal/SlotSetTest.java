// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlotSetTest {

    @Test
    void the_empty_set_has_no_slot() {
        assertSame(SlotSet.EMPTY, new BitSet());
    }

    @Test
    void slots_come_and_go_as_in_a_bit_set() {
        SplittableRandom random = new SplittableRandom(3);
        BitSet expected = new BitSet();
        long[] set = SlotSet.EMPTY;
        for (int step = 0; step < 2_000; step++) {
            int slot = random.nextInt(Level.SLOTS);
            if (expected.cardinality() < 28 && !expected.get(slot)) {
                expected.set(slot);
                set = SlotSet.with(set, slot);
            } else {
                int to = Math.min(slot + random.nextInt(100), Level.SLOTS - 1);
                assertThat(SlotSet.count(set, slot, to))
                        .isEqualTo(expected.get(slot, to + 1).cardinality());
                expected.clear(slot, to + 1);
                set = SlotSet.without(set, slot, to);
            }
            assertSame(set, expected);
        }
    }

    @Test
    void the_first_and_the_last_slot_are_slots() {
        BitSet expected = new BitSet();
        expected.set(0);
        expected.set(Level.SLOTS - 1);

        assertSame(SlotSet.with(SlotSet.with(SlotSet.EMPTY, Level.SLOTS - 1), 0), expected);
    }

    private static void assertSame(long[] set, BitSet expected) {
        int rank = 0;
        for (int slot = 0; slot < Level.SLOTS; slot++) {
            boolean used = expected.get(slot);
            assertThat(SlotSet.find(set, slot)).as("find %d", slot).isEqualTo(used ? rank : -1);
            assertThat(SlotSet.rank(set, slot)).as("rank %d", slot).isEqualTo(rank);
            int next = expected.nextSetBit(slot);
            assertThat(SlotSet.next(set, slot)).as("next %d", slot).isEqualTo(next < 0 ? Level.SLOTS : next);
            rank += used ? 1 : 0;
        }
        assertThat(SlotSet.next(set, Level.SLOTS)).isEqualTo(Level.SLOTS);
    }
}
