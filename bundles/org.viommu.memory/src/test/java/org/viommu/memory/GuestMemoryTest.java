// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class GuestMemoryTest {
    private final GuestMemory memory = new GuestMemory();
    private final MemoryRegion low = Windows.writable(0x1000, 0x1000);
    private final MemoryRegion middle = Windows.writable(0x2000, 0x1000);
    private final MemoryRegion top = MemoryRegion.notMappable(-0x1000, -1);

    @Test
    void regions_are_listed_in_unsigned_order() {
        memory.replace(List.of(top, middle, low));

        assertThat(memory.regions()).containsExactly(low, middle, top);
    }

    @Test
    void replace_refuses_overlap_and_names_both() {
        memory.add(low);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.replace(List.of(middle, MemoryRegion.notMappable(0x2fff, 0x3000))))
                .withMessage("regions 0x2000-0x2fff rw and 0x2fff-0x3000 not mappable overlap");
        assertThat(memory.regions()).containsExactly(low);
    }

    @Test
    void add_refuses_overlap() {
        memory.add(low);

        assertThatIllegalArgumentException().isThrownBy(() -> memory.add(low));
        assertThatIllegalArgumentException().isThrownBy(() -> memory.add(MemoryRegion.notMappable(0, -1)));
        assertThat(memory.regions()).containsExactly(low);
    }

    @Test
    void remove_returns_what_lies_in_the_range() {
        memory.replace(List.of(low, middle, top));

        assertThat(memory.remove(0x1000, 0x2fff)).containsExactly(low, middle);
        assertThat(memory.regions()).containsExactly(top);
    }

    @Test
    void remove_of_nothing_changes_nothing() {
        memory.add(low);

        assertThat(memory.remove(0, 0xfff)).isEmpty();
        assertThat(memory.remove(0x2000, -1)).isEmpty();
        assertThat(memory.regions()).containsExactly(low);
    }

    @Test
    void remove_of_everything_takes_the_whole_address_space() {
        memory.replace(List.of(low, top));

        assertThat(memory.remove(0, -1)).containsExactly(low, top);
        assertThat(memory.regions()).isEmpty();
    }

    @Test
    void remove_refuses_a_range_that_cuts_a_region() {
        memory.replace(List.of(low, middle));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.remove(0x1000, 0x27ff))
                .withMessage("range 0x1000-0x27ff cuts region 0x2000-0x2fff rw");
        assertThatIllegalArgumentException().isThrownBy(() -> memory.remove(0x1001, 0x2fff));
        assertThatIllegalArgumentException().isThrownBy(() -> memory.remove(0x1800, 0x1800));
        assertThat(memory.regions()).containsExactly(low, middle);
    }

    @Test
    void remove_refuses_a_range_that_ends_before_its_start() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.remove(-1, 0))
                .withMessage("range ends at 0x0, before its start 0xffffffffffffffff");
    }

    @Test
    void memory_without_readers_is_replaced_at_once() {
        memory.open().close();
        memory.add(low);

        assertThat(memory.remove(0, -1)).containsExactly(low);
    }
}
