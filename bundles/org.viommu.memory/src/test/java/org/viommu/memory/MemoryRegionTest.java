// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryRegionTest {
    @Test
    void end_below_start_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemoryRegion.notMappable(0x2000, 0x1fff))
                .withMessage("region ends at 0x1fff, before its start 0x2000");
    }

    @Test
    void range_is_unsigned() {
        MemoryRegion all = MemoryRegion.notMappable(0, -1);

        assertThat(all.mappable()).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> MemoryRegion.notMappable(-1, 0));
    }

    @Test
    void heap_window_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryRegion(0x1000, 0x1fff, true, List.of(ByteBuffer.allocate(0x1000))))
                .withMessageContaining("0x1000 is on the Java heap; it must be a direct buffer");
    }

    @Test
    void read_only_window_of_a_writable_region_is_refused() {
        ByteBuffer window = Windows.window(0x1000).asReadOnlyBuffer();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryRegion(0, 0xfff, true, List.of(window)))
                .withMessageContaining("read-only");
        assertThat(new MemoryRegion(0, 0xfff, false, List.of(window)).mappable())
                .isTrue();
    }

    @Test
    void windows_must_cover_the_range_exactly() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryRegion(0, 0xffe, true, List.of(Windows.window(0x1000))))
                .withMessage("windows cover 0x1000 bytes of the region 0x0-0xffe");
    }

    @Test
    void empty_window_does_not_pass_for_all_addresses() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryRegion(0, -1, true, List.of(Windows.window(0))));
    }

    @Test
    void each_window_but_the_last_has_the_window_size() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new MemoryRegion(0, 0x1fff, true, List.of(Windows.window(0x1000), Windows.window(0x1000))))
                .withMessageContaining("window 0");
    }

    @Test
    void host_and_guest_agree_modulo_8() {
        ByteBuffer odd = Windows.window(0x1000).slice(4, 0x100);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryRegion(0x1000, 0x10ff, true, List.of(odd)))
                .withMessageContaining("begins at 4 modulo 8 in the host");
        assertThat(new MemoryRegion(0x1004, 0x1103, true, List.of(odd)).mappable())
                .isTrue();
    }

    @Test
    void windows_are_little_endian_slices() {
        ByteBuffer window = Windows.window(0x1000).position(8);

        ByteBuffer kept = new MemoryRegion(0x1000, 0x1ff7, true, List.of(window))
                .windows()
                .get(0);

        assertThat(kept.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(kept.position()).isZero();
        assertThat(kept.capacity()).isEqualTo(0xff8);
    }

    @Test
    void equality_never_compares_guest_memory() {
        ByteBuffer window = Windows.window(0x1000);
        MemoryRegion one = new MemoryRegion(0, 0xfff, true, List.of(window));
        MemoryRegion other = new MemoryRegion(0, 0xfff, true, List.of(window));

        assertThat(one).isEqualTo(one).isNotEqualTo(other).hasSameHashCodeAs(other);
        assertThat(MemoryRegion.notMappable(0, 1)).isEqualTo(MemoryRegion.notMappable(0, 1));
    }

    @Test
    void text_names_range_and_permission() {
        assertThat(Windows.writable(0x1000, 0x1000)).hasToString("0x1000-0x1fff rw");
        assertThat(Windows.readOnly(0x1000, Windows.window(0x1000))).hasToString("0x1000-0x1fff ro");
        assertThat(MemoryRegion.notMappable(0, -1)).hasToString("0x0-0xffffffffffffffff not mappable");
    }
}
