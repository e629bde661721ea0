// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.viommu.virtqueue.RingRig.BUFFERS;
import static org.viommu.virtqueue.RingRig.NEXT;
import static org.viommu.virtqueue.RingRig.READ_ONLY;
import static org.viommu.virtqueue.RingRig.WRITE;
import static org.viommu.virtqueue.RingRig.assertFault;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.RingFault.Kind;

/** The device's side against rings written by hand; S1 to S6 are the rules for split rings in virtio 1.4, 2.7. */
class SplitDeviceQueueTest {
    private static final int SIZE = 8;

    private final RingRig rig = new RingRig(SIZE);
    private final DeviceQueue queue = rig.device(0);
    private final Chain chain = new Chain();

    SplitDeviceQueueTest() throws RingFault {}

    @Test
    void S1_descriptors_and_readable_buffers_stay_as_they_are() throws Exception {
        rig.descriptor(0, BUFFERS, 16, NEXT, 1)
                .descriptor(1, BUFFERS + 16, 16, WRITE, 0)
                .offer(0);
        ByteBuffer table = rig.copy(rig.addresses.descriptorArea(), SplitLayout.descriptorTableSize(SIZE));
        ByteBuffer available = rig.copy(rig.addresses.driverArea(), SplitLayout.availableRingSize(SIZE));
        ByteBuffer readable = rig.copy(BUFFERS, 16);

        queue.pop(chain);
        chain.zero(0, 16);
        chain.writeLong(8, -1);
        queue.push(chain, 16);
        queue.publish();
        queue.interruptWanted();

        assertThat(rig.copy(rig.addresses.descriptorArea(), SplitLayout.descriptorTableSize(SIZE)))
                .isEqualTo(table);
        assertThat(rig.copy(rig.addresses.driverArea(), SplitLayout.availableRingSize(SIZE)))
                .isEqualTo(available);
        assertThat(rig.copy(BUFFERS, 16)).isEqualTo(readable);
    }

    @Test
    void S2_parts_are_seen_as_runs_of_bytes() throws Exception {
        rig.descriptor(3, BUFFERS, 3, NEXT, 1)
                .descriptor(1, BUFFERS + 0x100, 5, NEXT, 7)
                .descriptor(7, BUFFERS + 0x200, 1, NEXT | WRITE, 0)
                .descriptor(0, BUFFERS + 0x300, 9, WRITE, 0)
                .offer(3);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.id()).isEqualTo(3);
        assertThat(chain.readableLength()).isEqualTo(8);
        assertThat(chain.writableLength()).isEqualTo(10);
        assertThat(queue.pop(chain)).isFalse();
    }

    @Test
    void S3_head_and_next_must_be_below_the_size() throws Exception {
        rig.offer(SIZE);
        assertFault(() -> queue.pop(chain), Kind.DESCRIPTOR_OUT_OF_RANGE);

        for (int next : new int[] {SIZE, 0x7fff, 0x8000, 0xffff}) {
            RingRig other = new RingRig(SIZE);
            other.descriptor(0, BUFFERS, 16, NEXT, next).offer(0);
            assertFault(() -> other.device(0).pop(chain), Kind.DESCRIPTOR_OUT_OF_RANGE);
        }
    }

    @Test
    void S3_next_without_its_flag_is_ignored() throws Exception {
        rig.descriptor(0, BUFFERS, 16, 0, 0xffff).offer(0);

        assertThat(queue.pop(chain)).isTrue();
    }

    @Test
    void S3_chain_of_all_descriptors_is_served() throws Exception {
        for (int i = 0; i < SIZE; i++) {
            rig.descriptor(i, BUFFERS + 16L * i, 1, i < SIZE - 1 ? NEXT : 0, i + 1);
        }
        rig.offer(0);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readableLength()).isEqualTo(SIZE);
    }

    @Test
    void S3_loops_are_found() throws Exception {
        rig.descriptor(0, BUFFERS, 1, NEXT, 1)
                .descriptor(1, BUFFERS, 1, NEXT, 0)
                .offer(0);
        assertFault(() -> queue.pop(chain), Kind.CHAIN_LOOP);

        RingRig self = new RingRig(SIZE);
        self.descriptor(5, BUFFERS, 0, NEXT, 5).offer(5);
        assertFault(() -> self.device(0).pop(chain), Kind.CHAIN_LOOP);
    }

    @Test
    void S3_chain_may_have_2_to_the_32_bytes_and_no_more() throws Exception {
        rig.descriptor(0, BUFFERS, 0xffff_ffffL, NEXT, 1)
                .descriptor(1, BUFFERS, 1, WRITE, 0)
                .offer(0);
        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readableLength() + chain.writableLength()).isEqualTo(1L << 32);

        rig.descriptor(1, BUFFERS, 2, WRITE, 0).offer(0);
        assertFault(() -> queue.pop(chain), Kind.CHAIN_TOO_LARGE);
    }

    @Test
    void S3_empty_pieces_are_skipped() throws Exception {
        rig.descriptor(0, BUFFERS, 0, NEXT, 1)
                .descriptor(1, 0, 0, NEXT, 2)
                .descriptor(2, BUFFERS, 4, NEXT, 3)
                .descriptor(3, 0, 0, NEXT | WRITE, 4)
                .descriptor(4, BUFFERS, 8, WRITE, 0)
                .offer(0);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readInt(0)).isZero();
        chain.writeLong(0, 1);
    }

    @Test
    void S3_chain_without_a_byte_is_refused() throws Exception {
        rig.descriptor(0, BUFFERS, 0, NEXT, 1)
                .descriptor(1, BUFFERS, 0, WRITE, 0)
                .offer(0);

        assertFault(() -> queue.pop(chain), Kind.EMPTY_CHAIN);
    }

    @Test
    void S3_index_may_be_ahead_by_the_size_and_no_more() throws Exception {
        rig.descriptor(0, BUFFERS, 1, 0, 0).availableIndex(SIZE);
        for (int i = 0; i < SIZE; i++) {
            assertThat(queue.pop(chain)).isTrue();
        }
        assertThat(queue.pop(chain)).isFalse();

        rig.availableIndex(SIZE + 1);
        assertFault(() -> queue.pop(chain), Kind.INDEX_JUMP);
        assertFault(queue::enableKicks, Kind.INDEX_JUMP);
        assertFault(queue::available, Kind.INDEX_JUMP);
    }

    @Test
    void S3_index_counts_from_what_the_driver_has_seen_used() throws Exception {
        rig.descriptor(0, BUFFERS, 1, 0, 0).availableIndex(SIZE);
        while (queue.pop(chain)) {
            queue.push(chain, 0);
        }
        rig.availableIndex(SIZE + 1);
        assertFault(() -> queue.pop(chain), Kind.INDEX_JUMP);

        queue.publish();
        assertThat(queue.pop(chain)).isTrue();
    }

    @Test
    void S3_index_that_goes_back_is_refused() throws Exception {
        rig.descriptor(0, BUFFERS, 1, 0, 0).availableIndex(4);
        for (int i = 0; i < 4; i++) {
            queue.pop(chain);
        }

        rig.availableIndex(3);
        assertFault(() -> queue.pop(chain), Kind.INDEX_JUMP);
        rig.availableIndex(0xffff);
        assertFault(() -> queue.pop(chain), Kind.INDEX_JUMP);
    }

    @Test
    void S4_readable_after_writable_is_refused() throws Exception {
        rig.descriptor(0, BUFFERS, 1, NEXT | WRITE, 1)
                .descriptor(1, BUFFERS, 1, 0, 0)
                .offer(0);
        assertFault(() -> queue.pop(chain), Kind.READABLE_AFTER_WRITABLE);

        RingRig empty = new RingRig(SIZE);
        empty.descriptor(0, BUFFERS, 0, NEXT | WRITE, 1)
                .descriptor(1, BUFFERS, 1, 0, 0)
                .offer(0);
        assertFault(() -> empty.device(0).pop(chain), Kind.READABLE_AFTER_WRITABLE);
    }

    @Test
    void S6_used_elements_show_at_the_index_update() throws Exception {
        rig.descriptor(2, BUFFERS, 64, WRITE, 0)
                .descriptor(5, BUFFERS + 64, 64, WRITE, 0)
                .offer(2, 5);
        Chain second = new Chain();
        queue.pop(chain);
        queue.pop(second);

        queue.push(second, 64);
        queue.push(chain, 7);
        assertThat(rig.usedIndex()).isZero();
        queue.publish();

        assertThat(rig.usedIndex()).isEqualTo(2);
        assertThat(rig.usedId(0)).isEqualTo(5);
        assertThat(rig.usedLength(0)).isEqualTo(64);
        assertThat(rig.usedId(1)).isEqualTo(2);
        assertThat(rig.usedLength(1)).isEqualTo(7);
    }

    @Test
    void S6_indices_run_through_65536() throws Exception {
        rig.descriptor(1, BUFFERS, 8, WRITE, 0);
        for (int i = 0; i < 3 * 65536; i++) {
            rig.offer(1);
            assertThat(queue.pop(chain)).isTrue();
            queue.push(chain, 8);
            queue.publish();
            assertThat(rig.usedIndex()).isEqualTo(i + 1 & 0xffff);
        }
    }

    @Test
    void S6_more_bytes_than_the_chain_has_are_a_defect() throws Exception {
        rig.descriptor(0, BUFFERS, 8, WRITE, 0).offer(0);
        queue.pop(chain);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.push(chain, 9))
                .withMessage("9 bytes written of 8");
        assertThatIllegalArgumentException().isThrownBy(() -> queue.push(chain, -1));
    }

    @Test
    void chain_is_pushed_once() throws Exception {
        assertThatIllegalStateException().isThrownBy(() -> queue.push(chain, 0));
        rig.descriptor(0, BUFFERS, 8, WRITE, 0).offer(0);
        queue.pop(chain);
        queue.push(chain, 0);

        assertThatIllegalStateException().isThrownBy(() -> queue.push(chain, 0));
    }

    @Test
    void ring_outside_memory_is_the_queues_fault() throws Exception {
        DeviceQueue far = Virtqueues.openDevice(new QueueAddresses(SIZE, 0, 0x1000, 0x2000), 0, rig.access);

        assertFault(() -> far.pop(chain), Kind.RING_OUTSIDE_MEMORY);
        assertFault(far::suppressKicks, Kind.RING_OUTSIDE_MEMORY);
        assertFault(far::enableKicks, Kind.RING_OUTSIDE_MEMORY);
        assertFault(far::available, Kind.RING_OUTSIDE_MEMORY);
    }

    @Test
    void buffer_outside_memory_is_the_requests_fault() throws Exception {
        rig.descriptor(0, 0x10, 8, NEXT, 1)
                .descriptor(1, READ_ONLY, 8, WRITE, 0)
                .descriptor(2, BUFFERS, 8, 0, 0)
                .offer(0, 2);
        queue.pop(chain);

        AccessFault read = catchThrowableOfType(AccessFault.class, () -> chain.readLong(0));
        AccessFault write = catchThrowableOfType(AccessFault.class, () -> chain.writeInt(4, 0));
        assertThat(read.address()).isEqualTo(0x10);
        assertThat(write.reason()).isEqualTo(AccessFault.Reason.READ_ONLY);
        assertThat(write.address()).isEqualTo(READ_ONLY + 4);
        queue.push(chain, 0);
        queue.publish();
        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.id()).isEqualTo(2);
    }
}
