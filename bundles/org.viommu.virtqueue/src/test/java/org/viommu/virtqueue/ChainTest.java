// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.viommu.virtqueue.RingRig.BASE;
import static org.viommu.virtqueue.RingRig.assertFault;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.RingFault.Kind;

/** Chains made by hand, as tests of devices make them. */
class ChainTest {
    private final RingRig rig = new RingRig(1);
    private final Chain chain = new Chain();

    @BeforeEach
    void begin() {
        chain.begin(rig.access, 7);
    }

    @Test
    void values_cross_the_segments() throws Exception {
        for (int i = 0; i < 16; i++) {
            rig.access.putByte(BASE + 2L * i, (byte) (i + 1));
            chain.append(BASE + 2L * i, 1, false);
        }

        assertThat(chain.readByte(15)).isEqualTo((byte) 16);
        assertThat(chain.readShort(3)).isEqualTo((short) 0x0504);
        assertThat(chain.readInt(1)).isEqualTo(0x0504_0302);
        assertThat(chain.readLong(8)).isEqualTo(0x100f_0e0d_0c0b_0a09L);
        ByteBuffer all = ByteBuffer.allocate(20).position(2).limit(18);
        chain.read(0, all);
        assertThat(all.position()).isEqualTo(18);
        assertThat(all.limit()).isEqualTo(18);
        assertThat(all.getShort(2)).isEqualTo((short) 0x0102);
    }

    @Test
    void values_are_written_across_the_segments() throws Exception {
        for (int i = 0; i < 16; i++) {
            chain.append(BASE + 2L * i, 1, true);
        }

        chain.writeByte(0, (byte) 1);
        chain.writeShort(1, (short) 0x0302);
        chain.writeInt(3, 0x0706_0504);
        chain.writeLong(7, 0x0f0e_0d0c_0b0a_0908L);
        for (int i = 0; i < 15; i++) {
            assertThat(rig.access.getByte(BASE + 2L * i)).isEqualTo((byte) (i + 1));
        }
        ByteBuffer source = ByteBuffer.wrap(new byte[] {9, 8, 7});
        chain.write(13, source);
        assertThat(source.hasRemaining()).isFalse();
        assertThat(rig.access.getByte(BASE + 30)).isEqualTo((byte) 7);
    }

    @Test
    void parts_have_offsets_of_their_own() throws Exception {
        chain.append(BASE, 4, false);
        chain.append(BASE + 0x100, 4, true);
        rig.access.putInt(BASE, 0x1234);

        chain.writeInt(0, chain.readInt(0));

        assertThat(rig.access.getInt(BASE + 0x100)).isEqualTo(0x1234);
        assertThat(chain.id()).isEqualTo(7);
    }

    @Test
    void operations_beyond_a_part_are_a_defect() throws Exception {
        chain.append(BASE, 8, false);
        chain.append(BASE + 8, 8, true);

        assertOutOfBounds(() -> chain.readByte(8));
        assertOutOfBounds(() -> chain.readByte(-1));
        assertOutOfBounds(() -> chain.readShort(7));
        assertOutOfBounds(() -> chain.readInt(5));
        assertOutOfBounds(() -> chain.readLong(1));
        assertOutOfBounds(() -> chain.readLong(Long.MAX_VALUE));
        assertOutOfBounds(() -> chain.read(0, ByteBuffer.allocate(9)));
        assertOutOfBounds(() -> chain.writeByte(8, (byte) 0));
        assertOutOfBounds(() -> chain.writeShort(7, (short) 0));
        assertOutOfBounds(() -> chain.writeInt(5, 0));
        assertOutOfBounds(() -> chain.writeLong(Long.MIN_VALUE, 0));
        assertOutOfBounds(() -> chain.write(1, ByteBuffer.allocate(8)));
        assertOutOfBounds(() -> chain.zero(0, 9));
        assertOutOfBounds(() -> chain.visitReadable(8, 1, (piece, offset) -> {}));
        assertOutOfBounds(() -> chain.visitWritable(0, 9, (piece, offset) -> {}));
    }

    @Test
    void empty_parts_hold_nothing() {
        assertOutOfBounds(() -> chain.readByte(0));
        assertOutOfBounds(() -> chain.writeByte(0, (byte) 0));
    }

    @Test
    void reused_chain_forgets_what_it_held() throws Exception {
        chain.append(BASE, 8, false);
        chain.append(BASE + 8, 8, true);
        chain.readInt(4);

        chain.begin(rig.access, 1);
        assertThat(chain.readableLength() + chain.writableLength()).isZero();
        assertOutOfBounds(() -> chain.readInt(4));
        chain.append(BASE + 16, 8, false);
        rig.access.putInt(BASE + 16, 5);
        assertThat(chain.readInt(0)).isEqualTo(5);
    }

    @Test
    void offsets_may_go_back() throws Exception {
        for (int i = 0; i < 100; i++) {
            rig.access.putInt(BASE + 8L * i, i);
            chain.append(BASE + 8L * i, 4, false);
        }

        for (int i = 99; i >= 0; i -= 3) {
            assertThat(chain.readInt(4L * i)).isEqualTo(i);
        }
    }

    @Test
    void range_is_zeroed_and_no_more() throws Exception {
        chain.append(BASE, 5000, true);
        chain.append(BASE + 0x2000, 5000, true);
        chain.visitWritable(0, 10_000, (piece, offset) -> {
            while (piece.hasRemaining()) {
                piece.put((byte) -1);
            }
        });

        chain.zero(1, 9_998);

        assertThat(rig.access.getByte(BASE)).isEqualTo((byte) -1);
        assertThat(rig.copy(BASE + 1, 4999)).isEqualTo(ByteBuffer.allocate(4999));
        assertThat(rig.copy(BASE + 0x2000, 4999)).isEqualTo(ByteBuffer.allocate(4999));
        assertThat(rig.access.getByte(BASE + 0x2000 + 4999)).isEqualTo((byte) -1);
    }

    @Test
    void pieces_are_shown_with_their_distance() throws Exception {
        chain.append(BASE, 10, false);
        chain.append(BASE + 0x100, 10, false);
        chain.append(BASE + 0x200, 10, false);
        List<String> seen = new ArrayList<>();

        chain.visitReadable(5, 20, (piece, offset) -> seen.add(offset + "+" + piece.remaining()));

        assertThat(seen).containsExactly("0+5", "5+10", "15+5");
    }

    @Test
    void visitor_may_visit_the_chain() throws Exception {
        chain.append(BASE, 2, false);
        chain.append(BASE + 0x100, 2, false);
        chain.append(BASE + 0x200, 2, true);
        chain.append(BASE + 0x300, 2, true);
        rig.access.putShort(BASE, (short) 0x0201);
        rig.access.putShort(BASE + 0x100, (short) 0x0403);

        chain.visitReadable(0, 4, (from, read) -> {
            try {
                chain.visitWritable(read, from.remaining(), (to, written) -> to.put(from));
            } catch (AccessFault fault) {
                throw new AssertionError(fault);
            }
        });

        assertThat(rig.access.getShort(BASE + 0x200)).isEqualTo((short) 0x0201);
        assertThat(rig.access.getShort(BASE + 0x300)).isEqualTo((short) 0x0403);
    }

    @Test
    void piece_that_wraps_is_the_requests_fault() throws Exception {
        chain.append(-2, 4, false);

        AccessFault fault = catchThrowableOfType(AccessFault.class, () -> chain.readInt(0));
        assertThat(fault.reason()).isEqualTo(AccessFault.Reason.OUTSIDE_MEMORY);
    }

    @Test
    void copy_that_faults_keeps_the_buffers_limit() throws Exception {
        chain.append(BASE, 4, true);
        chain.append(0, 4, true);
        ByteBuffer source = ByteBuffer.allocate(100).limit(8);

        AccessFault fault = catchThrowableOfType(AccessFault.class, () -> chain.write(0, source));
        assertThat(fault.address()).isZero();
        assertThat(source.position()).isEqualTo(4);
        assertThat(source.limit()).isEqualTo(8);
    }

    @Test
    void rules_of_chains_hold_for_any_layout() throws Exception {
        chain.append(BASE, 1, true);
        assertFault(() -> chain.append(BASE, 1, false), Kind.READABLE_AFTER_WRITABLE);
        assertFault(() -> chain.append(BASE, 0, false), Kind.READABLE_AFTER_WRITABLE);
        chain.append(BASE, -1, true);
        assertFault(() -> chain.append(BASE, 1, true), Kind.CHAIN_TOO_LARGE);
    }

    private static void assertOutOfBounds(ThrowingCallable operation) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(operation);
    }
}
