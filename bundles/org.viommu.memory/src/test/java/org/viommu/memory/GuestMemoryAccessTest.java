// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.viommu.memory.AccessFault.Reason;
import org.viommu.memory.MemoryAccess.Direction;

class GuestMemoryAccessTest {
    private static final long RAM = 0x1000;
    private static final long ROM = 0x3000;
    private static final long HOLE = 0x4000;
    private static final long GONE = 0x8000;
    private static final long TOP = -0x1000;

    private final ByteBuffer rom = Windows.window(0x1000);
    private final GuestMemory memory = new GuestMemory();
    private final MemoryAccess access = memory.open();

    GuestMemoryAccessTest() {
        memory.replace(List.of(
                Windows.writable(RAM, 0x1000),
                Windows.writable(RAM + 0x1000, 0x1000),
                Windows.readOnly(ROM, rom),
                MemoryRegion.notMappable(HOLE, HOLE + 0xfff),
                Windows.writable(TOP, 0x1000)));
    }

    @Test
    void values_are_little_endian() throws AccessFault {
        access.putLong(RAM, 0x1122_3344_5566_7788L);

        assertThat(access.getByte(RAM)).isEqualTo((byte) 0x88);
        assertThat(access.getShort(RAM)).isEqualTo((short) 0x7788);
        assertThat(access.getInt(RAM)).isEqualTo(0x5566_7788);
        assertThat(access.getLong(RAM)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(access.getShortAcquire(RAM + 2)).isEqualTo((short) 0x5566);
    }

    @Test
    void plain_values_need_no_alignment() throws AccessFault {
        access.putShort(RAM + 1, (short) 0x1234);
        access.putInt(RAM + 5, 0x1234_5678);
        access.putLong(RAM + 11, 0x1234_5678_9abc_def0L);

        assertThat(access.getShort(RAM + 1)).isEqualTo((short) 0x1234);
        assertThat(access.getInt(RAM + 5)).isEqualTo(0x1234_5678);
        assertThat(access.getLong(RAM + 11)).isEqualTo(0x1234_5678_9abc_def0L);
    }

    @Test
    void values_span_adjacent_regions() throws AccessFault {
        access.putLong(RAM + 0xffd, 0x1122_3344_5566_7788L);

        assertThat(access.getLong(RAM + 0xffd)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(access.getByte(RAM + 0x1000)).isEqualTo((byte) 0x55);
        assertThat(access.getInt(RAM + 0xffe)).isEqualTo(0x4455_6677);
        assertThat(access.getShort(RAM + 0xfff)).isEqualTo((short) 0x5566);
    }

    @Test
    void ordered_values_are_written_and_read() throws AccessFault {
        access.putShortRelease(RAM + 0xffe, (short) 0xbeef);

        assertThat(access.getShortAcquire(RAM + 0xffe)).isEqualTo((short) 0xbeef);
    }

    @Test
    void ordered_values_must_be_aligned() {
        assertFault(() -> access.getShortAcquire(RAM + 1), Reason.MISALIGNED, RAM + 1);
        assertFault(() -> access.putShortRelease(RAM + 1, (short) 0), Reason.MISALIGNED, RAM + 1);
    }

    @Test
    void ordered_value_between_two_regions_is_misaligned() {
        memory.replace(List.of(Windows.writable(0, 0x11), oddWritable(0x11)));

        assertFault(() -> access.getShortAcquire(0x10), Reason.MISALIGNED, 0x10);
    }

    @Test
    void ordered_values_obey_the_region() {
        assertFault(() -> access.putShortRelease(ROM, (short) 0), Reason.READ_ONLY, ROM);
        assertFault(() -> access.getShortAcquire(HOLE), Reason.NOT_MAPPABLE, HOLE);
        assertFault(() -> access.getShortAcquire(GONE), Reason.OUTSIDE_MEMORY, GONE);
    }

    @Test
    void addresses_outside_are_refused() {
        assertFault(() -> access.getByte(RAM - 1), Reason.OUTSIDE_MEMORY, RAM - 1);
        assertFault(() -> access.getByte(GONE), Reason.OUTSIDE_MEMORY, GONE);
        assertFault(() -> access.getByte(Long.MAX_VALUE), Reason.OUTSIDE_MEMORY, Long.MAX_VALUE);
        assertFault(() -> access.getByte(Long.MIN_VALUE), Reason.OUTSIDE_MEMORY, Long.MIN_VALUE);
        assertFault(() -> access.putInt(TOP - 1, 0), Reason.OUTSIDE_MEMORY, TOP - 1);
    }

    @Test
    void fault_names_the_first_refused_byte() {
        assertFault(() -> access.getLong(RAM - 3), Reason.OUTSIDE_MEMORY, RAM - 3);
        assertFault(() -> access.getLong(ROM + 0xffd), Reason.NOT_MAPPABLE, HOLE);
        assertFault(() -> access.putLong(ROM - 4, 0), Reason.READ_ONLY, ROM);
        assertFault(() -> access.read(ROM, ByteBuffer.allocate(0x1001)), Reason.NOT_MAPPABLE, HOLE);
        assertFault(() -> access.write(RAM, ByteBuffer.allocate(0x4000)), Reason.READ_ONLY, ROM);
    }

    @Test
    void last_address_can_be_used() throws AccessFault {
        access.putByte(-1, (byte) 7);
        access.putLong(-8, access.getLong(-8));

        assertThat(access.getByte(-1)).isEqualTo((byte) 7);
        ByteBuffer all = ByteBuffer.allocate(0x1000);
        access.read(TOP, all);
        assertThat(all.get(0xfff)).isEqualTo((byte) 7);
    }

    @Test
    void ranges_beyond_the_last_address_are_refused_as_a_whole() {
        memory.add(Windows.writable(0, 0x1000));
        ByteBuffer source = ByteBuffer.allocate(9);

        assertFault(() -> access.getLong(-7), Reason.OUTSIDE_MEMORY, -7);
        assertFault(() -> access.putShort(-1, (short) 0), Reason.OUTSIDE_MEMORY, -1);
        assertFault(() -> access.write(-8, source), Reason.OUTSIDE_MEMORY, -8);
        assertThat(source.position()).isZero();
        assertFault(() -> access.visit(-8, 9, Direction.READ, (piece, offset) -> {}), Reason.OUTSIDE_MEMORY, -8);
    }

    @Test
    void read_only_regions_are_read_and_never_written() throws AccessFault {
        rom.put(0, (byte) 42);
        long before = access.getLong(ROM);

        assertThat(access.getByte(ROM)).isEqualTo((byte) 42);
        assertFault(() -> access.putByte(ROM, (byte) 0), Reason.READ_ONLY, ROM);
        assertFault(() -> access.putShort(ROM, (short) 0), Reason.READ_ONLY, ROM);
        assertFault(() -> access.putInt(ROM, 0), Reason.READ_ONLY, ROM);
        assertFault(() -> access.putLong(ROM, 0), Reason.READ_ONLY, ROM);
        assertFault(() -> access.write(ROM, ByteBuffer.allocate(1)), Reason.READ_ONLY, ROM);
        assertFault(
                () -> access.visit(ROM, 1, Direction.WRITE, (piece, offset) -> piece.put((byte) 0)),
                Reason.READ_ONLY,
                ROM);
        assertThat(access.getLong(ROM)).isEqualTo(before);
    }

    @Test
    void regions_without_windows_are_refused() {
        assertFault(() -> access.getInt(HOLE + 8), Reason.NOT_MAPPABLE, HOLE + 8);
        assertFault(() -> access.putInt(HOLE + 8, 0), Reason.NOT_MAPPABLE, HOLE + 8);
    }

    @Test
    void copies_move_the_position_by_what_was_transferred() throws AccessFault {
        ByteBuffer source = ByteBuffer.allocate(0x2000);
        for (int i = 0; i < source.capacity(); i++) {
            source.put(i, (byte) (i * 31));
        }
        access.write(RAM, source);
        assertThat(source.hasRemaining()).isFalse();

        ByteBuffer target = ByteBuffer.allocateDirect(0x2000).limit(0x1800).position(0x10);
        access.read(RAM + 0x10, target);

        assertThat(target.position()).isEqualTo(0x1800);
        assertThat(target.slice(0x10, 0x17f0)).isEqualTo(source.slice(0x10, 0x17f0));
    }

    @Test
    void copy_that_faults_has_transferred_the_bytes_below() {
        ByteBuffer target = ByteBuffer.allocate(0x2001);

        assertFault(() -> access.read(ROM - 0x1000, target), Reason.NOT_MAPPABLE, HOLE);
        assertThat(target.position()).isEqualTo(0x2000);
    }

    @Test
    void empty_copies_touch_nothing() throws AccessFault {
        access.read(GONE, ByteBuffer.allocate(0));
        access.write(ROM, ByteBuffer.allocate(0));
        access.visit(GONE, 0, Direction.WRITE, (piece, offset) -> {
            throw new AssertionError("visited");
        });
    }

    @Test
    void visit_shows_pieces_in_order() throws AccessFault {
        List<String> seen = new ArrayList<>();

        access.visit(RAM + 0x800, 0x1c00, Direction.READ, (piece, offset) -> {
            assertThat(piece.isReadOnly()).isTrue();
            assertThat(piece.isDirect()).isTrue();
            assertThat(piece.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            seen.add(offset + "+" + piece.remaining());
        });

        assertThat(seen).containsExactly("0+2048", "2048+4096", "6144+1024");
    }

    @Test
    void visit_lets_the_visitor_fill_pieces() throws AccessFault {
        access.visit(RAM + 0xffe, 4, Direction.WRITE, (piece, offset) -> {
            while (piece.hasRemaining()) {
                piece.put((byte) (offset + 1));
            }
        });

        assertThat(access.getInt(RAM + 0xffe)).isEqualTo(0x0303_0101);
    }

    @Test
    void visit_that_faults_has_shown_the_pieces_below() {
        List<Long> seen = new ArrayList<>();

        assertFault(
                () -> access.visit(ROM - 1, 0x1002, Direction.READ, (piece, offset) -> seen.add(offset)),
                Reason.NOT_MAPPABLE,
                HOLE);
        assertThat(seen).containsExactly(0L, 1L);
    }

    @Test
    void visit_survives_a_visitor_that_visits() throws AccessFault {
        access.putInt(RAM, 0x0403_0201);
        List<Integer> seen = new ArrayList<>();

        access.visit(RAM, 4, Direction.READ, (outer, offset) -> {
            try {
                access.visit(RAM + 2, 1, Direction.READ, (inner, ignored) -> seen.add((int) inner.get()));
            } catch (AccessFault fault) {
                throw new AssertionError(fault);
            }
            seen.add(outer.remaining());
            seen.add((int) outer.get());
        });

        assertThat(seen).containsExactly(3, 4, 1);
    }

    @Test
    void visit_gives_fresh_pieces_after_a_visitor_failed() throws AccessFault {
        catchThrowableOfType(
                IllegalStateException.class,
                () -> access.visit(RAM, 16, Direction.WRITE, (piece, offset) -> {
                    piece.order(ByteOrder.BIG_ENDIAN).position(3).limit(5);
                    throw new IllegalStateException();
                }));

        access.visit(RAM, 16, Direction.WRITE, (piece, offset) -> {
            assertThat(piece.remaining()).isEqualTo(16);
            assertThat(piece.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        });
    }

    @Test
    void visit_refuses_a_negative_length() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> access.visit(RAM, -1, Direction.READ, (piece, offset) -> {}));
    }

    @Test
    void brackets_nest_and_must_match() throws AccessFault {
        access.enter();
        access.enter();
        access.putInt(RAM, 1);
        access.exit();
        access.exit();

        assertThatIllegalStateException().isThrownBy(access::exit);
        assertThat(access.getInt(RAM)).isEqualTo(1);
    }

    @Test
    void closed_access_refuses_everything() {
        access.close();
        access.close();

        assertFault(() -> access.getByte(RAM), Reason.CLOSED, RAM);
        assertFault(() -> access.putLong(RAM, 0), Reason.CLOSED, RAM);
        assertFault(() -> access.getShortAcquire(RAM), Reason.CLOSED, RAM);
        assertFault(() -> access.read(RAM, ByteBuffer.allocate(1)), Reason.CLOSED, RAM);
    }

    @Test
    void access_is_not_closed_inside_a_bracket() throws AccessFault {
        access.enter();

        assertThatIllegalStateException().isThrownBy(access::close);
        access.getByte(RAM);
        access.exit();
        access.close();
    }

    @Test
    void new_table_shows_at_the_next_bracket() throws AccessFault {
        access.putInt(RAM, 1);

        memory.remove(RAM, RAM + 0xfff);

        assertFault(() -> access.getInt(RAM), Reason.OUTSIDE_MEMORY, RAM);
        memory.add(Windows.writable(RAM, 0x1000));
        assertThat(access.getInt(RAM)).isZero();
    }

    @Test
    void region_beyond_2_GiB_is_one_range() throws AccessFault, IOException {
        ByteBuffer gigabyte = Windows.gigabyte().order(ByteOrder.LITTLE_ENDIAN);
        long base = 1L << 32;
        long size = 5L * MemoryRegion.WINDOW_SIZE;
        memory.add(Windows.huge(base, 5, gigabyte));

        access.putLong(base + size - 8, 0x1122_3344_5566_7788L);
        assertThat(gigabyte.getLong(MemoryRegion.WINDOW_SIZE - 8)).isEqualTo(0x1122_3344_5566_7788L);

        access.putLong(base + 3L * MemoryRegion.WINDOW_SIZE - 4, 0x99aa_bbcc_ddee_ff00L);
        assertThat(gigabyte.getInt(MemoryRegion.WINDOW_SIZE - 4)).isEqualTo(0xddee_ff00);
        assertThat(gigabyte.getInt(0)).isEqualTo(0x99aa_bbcc);
        assertThat(access.getLong(base + 2L * MemoryRegion.WINDOW_SIZE - 4)).isEqualTo(0x99aa_bbcc_ddee_ff00L);

        long[] pieces = {0, 0};
        access.visit(base + 1, size - 1, Direction.READ, (piece, offset) -> {
            pieces[0]++;
            pieces[1] += piece.remaining();
        });
        assertThat(pieces).containsExactly(5, size - 1);
        assertFault(() -> access.getByte(base + size), Reason.OUTSIDE_MEMORY, base + size);
        assertFault(() -> access.getLong(base + size - 7), Reason.OUTSIDE_MEMORY, base + size);
    }

    /** A writable region at an address that is odd, as is its host memory. */
    private static MemoryRegion oddWritable(long start) {
        ByteBuffer window = Windows.window(0x100).slice((int) (start % 8), 0x40);
        return new MemoryRegion(start, start + 0x3f, true, List.of(window));
    }

    private static void assertFault(ThrowingCallable operation, Reason reason, long address) {
        AccessFault fault = catchThrowableOfType(AccessFault.class, operation);
        assertThat(fault).isNotNull();
        assertThat(fault.reason()).isEqualTo(reason);
        assertThat(fault.address()).isEqualTo(address);
    }
}
