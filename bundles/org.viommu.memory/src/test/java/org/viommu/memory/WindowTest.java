// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.viommu.memory.MemoryAccess.Direction;

/** What an access says about the windows behind it. */
@Timeout(300)
class WindowTest {
    private static final long RAM = 0x1000;
    private static final long ROM = 0x3000;
    private static final long HOLE = 0x4000;

    private final GuestMemory memory = new GuestMemory();
    private final MemoryAccess access = memory.open();

    WindowTest() {
        memory.replace(List.of(
                Windows.writable(RAM, 0x1000),
                Windows.readOnly(ROM, Windows.window(0x1000)),
                MemoryRegion.notMappable(HOLE, HOLE + 0xfff)));
    }

    @Test
    void there_is_no_view_outside_a_bracket() {
        assertThat(access.view()).isZero();
        assertThat(access.window(RAM, Direction.READ)).isNull();
        access.enter();
        access.enter();
        assertThat(access.view()).isPositive();
        access.exit();
        assertThat(access.view()).isPositive();
        access.exit();
        assertThat(access.view()).isZero();
    }

    @Test
    void window_holds_the_bytes_of_memory() throws AccessFault {
        access.putInt(RAM + 8, 0x1234_5678);
        access.enter();
        Window window = access.window(RAM + 8, Direction.WRITE);
        assertThat(window.view()).isEqualTo(access.view());
        assertThat(window.start()).isEqualTo(RAM);
        assertThat(window.size()).isEqualTo(0x1000);
        assertThat(window.bytes().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(window.bytes().getInt(window.offset(RAM + 8))).isEqualTo(0x1234_5678);
        window.bytes().putInt(window.offset(RAM + 8), 7);
        access.exit();
        assertThat(access.getInt(RAM + 8)).isEqualTo(7);
    }

    @Test
    void window_holds_ranges_to_its_last_byte() {
        access.enter();
        Window window = access.window(RAM, Direction.READ);
        assertThat(window.holds(RAM, 0x1000)).isTrue();
        assertThat(window.holds(RAM + 0xfff, 1)).isTrue();
        assertThat(window.holds(RAM + 0xfff, 2)).isFalse();
        assertThat(window.holds(RAM - 1, 1)).isFalse();
        assertThat(window.holds(RAM + Long.MIN_VALUE, 1)).isFalse();
        assertThat(window.holds(RAM + Long.MAX_VALUE, 1L << 32)).isFalse();
        access.exit();
    }

    @Test
    void what_cannot_be_accessed_has_no_window() {
        access.enter();
        assertThat(access.window(ROM, Direction.READ)).isNotNull();
        assertThat(access.window(ROM, Direction.READ).bytes().isReadOnly()).isTrue();
        assertThat(access.window(ROM, Direction.WRITE)).isNull();
        assertThat(access.window(HOLE, Direction.READ)).isNull();
        assertThat(access.window(0, Direction.READ)).isNull();
        access.exit();
        access.close();
        access.enter();
        assertThat(access.window(RAM, Direction.READ)).isNull();
        access.exit();
    }

    @Test
    void view_changes_with_the_regions_and_not_otherwise() {
        access.enter();
        long before = access.view();
        access.exit();
        access.enter();
        assertThat(access.view()).isEqualTo(before);
        access.exit();
        memory.replace(List.copyOf(memory.regions()));
        access.enter();
        assertThat(access.view()).isNotEqualTo(before);
        access.exit();
    }

    @Test
    void views_of_two_memories_differ() {
        MemoryAccess other = new GuestMemory().open();
        access.enter();
        other.enter();
        assertThat(other.view()).isNotEqualTo(access.view());
        other.exit();
        access.exit();
    }

    @Test
    void region_is_gone_only_when_the_bracket_with_its_window_ends() throws InterruptedException {
        access.enter();
        Window window = access.window(RAM, Direction.WRITE);
        CountDownLatch gone = new CountDownLatch(1);
        Thread host = new Thread(() -> {
            memory.replace(List.of());
            gone.countDown();
        });
        host.start();
        assertThat(gone.await(50, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(window.view()).isEqualTo(access.view());
        window.bytes().putLong(0, 1);
        access.exit();
        gone.await();
        access.enter();
        assertThat(window.view()).isNotEqualTo(access.view());
        access.exit();
    }
}
