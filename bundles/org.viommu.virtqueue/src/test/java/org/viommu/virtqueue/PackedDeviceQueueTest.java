// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;
import static org.viommu.virtqueue.MemoryRig.READ_ONLY;
import static org.viommu.virtqueue.MemoryRig.assertFault;
import static org.viommu.virtqueue.PackedRig.AVAILABLE_0;
import static org.viommu.virtqueue.PackedRig.AVAILABLE_1;
import static org.viommu.virtqueue.PackedRig.NEXT;
import static org.viommu.virtqueue.PackedRig.USED_0;
import static org.viommu.virtqueue.PackedRig.USED_1;
import static org.viommu.virtqueue.PackedRig.WRITE;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.RingFault.Kind;

/** The device's side against rings written by hand; P1 to P7 are the rules for packed rings in virtio 1.4, 2.8. */
class PackedDeviceQueueTest {
    private static final int SIZE = 5;

    private final PackedRig rig = new PackedRig(SIZE);
    private final DeviceQueue queue = rig.device(0);
    private final Chain chain = new Chain();

    PackedDeviceQueueTest() throws RingFault {}

    @Test
    void P1_chains_come_in_ring_order() throws Exception {
        rig.descriptor(0, BUFFERS, 3, 9, AVAILABLE_1 | NEXT)
                .descriptor(1, BUFFERS + 0x100, 5, 7, AVAILABLE_1)
                .descriptor(2, BUFFERS + 0x200, 9, 2, AVAILABLE_1 | WRITE);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.id()).isEqualTo(7);
        assertThat(chain.readableLength()).isEqualTo(8);
        assertThat(chain.writableLength()).isZero();
        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.id()).isEqualTo(2);
        assertThat(chain.readableLength()).isZero();
        assertThat(chain.writableLength()).isEqualTo(9);
        assertThat(queue.pop(chain)).isFalse();
    }

    @Test
    void P1_used_descriptors_come_in_completion_order_and_skip_their_chains_slots() throws Exception {
        rig.descriptor(0, BUFFERS, 8, 0, AVAILABLE_1 | WRITE)
                .descriptor(1, BUFFERS, 8, 1, AVAILABLE_1 | NEXT)
                .descriptor(2, BUFFERS, 8, 1, AVAILABLE_1 | WRITE)
                .descriptor(3, BUFFERS, 8, 3, AVAILABLE_1 | WRITE);
        Chain second = new Chain();
        Chain third = new Chain();
        queue.pop(chain);
        queue.pop(second);
        queue.pop(third);

        queue.push(second, 8);
        queue.push(third, 7);
        queue.push(chain, 6);
        queue.publish();

        assertUsed(0, 1, 8, USED_1 | WRITE);
        assertUsed(2, 3, 7, USED_1 | WRITE);
        assertUsed(3, 0, 6, USED_1 | WRITE);
        assertThat(rig.flags(1)).isEqualTo(AVAILABLE_1 | NEXT);
    }

    @Test
    void P1_write_flag_says_that_the_length_counts() throws Exception {
        rig.descriptor(0, BUFFERS, 8, 0, AVAILABLE_1 | WRITE).descriptor(1, BUFFERS, 8, 1, AVAILABLE_1 | WRITE);
        use(queue, 0);

        assertUsed(0, 0, 0, USED_1);
        assertUsed(1, 1, 0, USED_1);
    }

    @Test
    void P1_batch_shows_at_once() throws Exception {
        rig.descriptor(0, BUFFERS, 8, 0, AVAILABLE_1 | WRITE).descriptor(1, BUFFERS, 8, 1, AVAILABLE_1 | WRITE);
        while (queue.pop(chain)) {
            queue.push(chain, 8);
        }
        assertThat(rig.flags(0)).isEqualTo(AVAILABLE_1);

        queue.publish();
        assertUsed(0, 0, 8, USED_1 | WRITE);
        assertUsed(1, 1, 8, USED_1 | WRITE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 8, 255})
    void P1_wrap_counters_flip_behind_the_last_slot(int size) throws Exception {
        PackedRig other = new PackedRig(size);
        DeviceQueue device = other.device(0);
        for (int i = 0; i < 5 * size; i++) {
            boolean odd = i / size % 2 == 1;
            assertThat(device.pop(chain)).isFalse();
            other.descriptor(i % size, BUFFERS, 8, i & 7, (odd ? AVAILABLE_0 : AVAILABLE_1) | WRITE);
            assertThat(device.pop(chain)).isTrue();
            assertThat(chain.id()).isEqualTo(i & 7);
            device.push(chain, 1);
            device.publish();
            assertThat(other.flags(i % size)).isEqualTo((odd ? USED_0 : USED_1) | WRITE);
        }
    }

    @Test
    void P1_chain_may_pass_the_last_slot() throws Exception {
        for (int i = 0; i < 4; i++) {
            rig.descriptor(i, BUFFERS, 8, i, AVAILABLE_1);
        }
        use(queue, 0);
        rig.descriptor(4, BUFFERS, 8, 0, AVAILABLE_1 | NEXT)
                .descriptor(0, BUFFERS, 8, 0, AVAILABLE_0 | NEXT)
                .descriptor(1, BUFFERS, 8, 4, AVAILABLE_0 | WRITE)
                .descriptor(2, BUFFERS, 8, 6, AVAILABLE_0);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readableLength()).isEqualTo(16);
        queue.push(chain, 8);
        assertThat(queue.pop(chain)).isTrue();
        queue.push(chain, 0);
        queue.publish();
        assertUsed(4, 4, 8, USED_1 | WRITE);
        assertUsed(2, 6, 0, USED_0);
    }

    @ParameterizedTest
    @ValueSource(ints = {USED_0, USED_1, AVAILABLE_0})
    void P2_descriptor_is_taken_only_once_available(int flags) throws Exception {
        rig.descriptor(0, BUFFERS, 8, 0, flags);
        assertThat(queue.pop(chain)).isFalse();
        assertThat(queue.enableKicks()).isFalse();

        rig.descriptor(0, BUFFERS, 8, 0, AVAILABLE_1);
        assertThat(queue.pop(chain)).isTrue();
    }

    @Test
    void P2_nothing_is_touched_but_used_descriptors() throws Exception {
        rig.descriptor(0, BUFFERS, 16, 0, AVAILABLE_1 | NEXT)
                .descriptor(1, BUFFERS + 16, 16, 0, AVAILABLE_1 | WRITE)
                .descriptor(2, BUFFERS, 16, 2, AVAILABLE_1 | WRITE);
        ByteBuffer rest = rig.copy(rig.addresses.descriptorArea() + 16, 16 * (SIZE - 1));
        ByteBuffer driverEvent = rig.copy(rig.addresses.driverArea(), PackedLayout.EVENT_SIZE);
        ByteBuffer readable = rig.copy(BUFFERS, 16);

        queue.pop(chain);
        chain.zero(0, 16);
        chain.writeLong(8, -1);
        queue.push(chain, 16);
        queue.publish();
        queue.interruptWanted();
        assertThat(rig.copy(rig.addresses.descriptorArea() + 16, 16 * (SIZE - 1)))
                .isEqualTo(rest);
        assertThat(rig.copy(rig.addresses.driverArea(), PackedLayout.EVENT_SIZE))
                .isEqualTo(driverEvent);
        assertThat(rig.copy(BUFFERS, 16)).isEqualTo(readable);

        ByteBuffer first = rig.copy(rig.addresses.descriptorArea(), 16);
        queue.pop(chain);
        queue.push(chain, 16);
        queue.publish();
        assertThat(rig.copy(rig.addresses.descriptorArea(), 16)).isEqualTo(first);
    }

    @Test
    void P2_whole_chain_must_be_available() throws Exception {
        rig.descriptor(0, BUFFERS, 8, 0, AVAILABLE_1 | NEXT).descriptor(1, BUFFERS, 8, 0, USED_0);

        assertFault(() -> queue.pop(chain), Kind.DESCRIPTOR_NOT_AVAILABLE);
    }

    @Test
    void P3_identifier_is_that_of_the_last_descriptor() throws Exception {
        rig.descriptor(0, BUFFERS, 8, 1, AVAILABLE_1 | NEXT)
                .descriptor(1, BUFFERS, 8, 2, AVAILABLE_1 | NEXT)
                .descriptor(2, BUFFERS, 8, 0xffff, AVAILABLE_1 | WRITE);
        use(queue, 3);

        assertUsed(0, 0xffff, 3, USED_1 | WRITE);
    }

    @Test
    void P4_chain_of_all_slots_is_served() throws Exception {
        for (int i = 0; i < SIZE; i++) {
            rig.descriptor(i, BUFFERS, 1, 3, AVAILABLE_1 | (i < SIZE - 1 ? NEXT : 0));
        }

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readableLength()).isEqualTo(SIZE);
        assertThat(queue.pop(chain)).isFalse();
    }

    @Test
    void P4_chain_that_never_ends_is_refused() throws Exception {
        for (int i = 0; i < SIZE; i++) {
            rig.descriptor(i, BUFFERS, 0, 0, AVAILABLE_1 | NEXT);
        }

        assertFault(() -> queue.pop(chain), Kind.CHAIN_LOOP);
    }

    @Test
    void P4_chain_must_not_run_into_slots_in_use() throws Exception {
        rig.descriptor(0, BUFFERS, 1, 0, AVAILABLE_1);
        queue.pop(chain);
        for (int i = 1; i < SIZE; i++) {
            rig.descriptor(i, BUFFERS, 1, 1, AVAILABLE_1 | NEXT);
        }
        rig.descriptor(0, BUFFERS, 1, 1, AVAILABLE_0);

        assertFault(() -> queue.pop(chain), Kind.CHAIN_LOOP);
    }

    @Test
    void P4_no_more_is_available_than_the_queue_has_slots() throws Exception {
        for (int i = 0; i < SIZE; i++) {
            rig.descriptor(i, BUFFERS, 1, i, AVAILABLE_1);
        }
        while (queue.pop(chain)) {
            queue.push(chain, 0);
        }

        rig.descriptor(0, BUFFERS, 1, 0, AVAILABLE_0);
        assertFault(() -> queue.pop(chain), Kind.INDEX_JUMP);
    }

    @Test
    void P4_chain_may_have_2_to_the_32_bytes_and_no_more() throws Exception {
        rig.descriptor(0, BUFFERS, 0xffff_ffffL, 0, AVAILABLE_1 | NEXT)
                .descriptor(1, BUFFERS, 1, 0, AVAILABLE_1 | WRITE)
                .descriptor(2, BUFFERS, 0xffff_ffffL, 2, AVAILABLE_1 | NEXT)
                .descriptor(3, BUFFERS, 2, 2, AVAILABLE_1 | WRITE);
        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readableLength() + chain.writableLength()).isEqualTo(1L << 32);

        assertFault(() -> queue.pop(chain), Kind.CHAIN_TOO_LARGE);
    }

    @Test
    void P4_empty_pieces_are_skipped_and_empty_chains_refused() throws Exception {
        rig.descriptor(0, 0, 0, 0, AVAILABLE_1 | NEXT)
                .descriptor(1, BUFFERS, 4, 0, AVAILABLE_1)
                .descriptor(2, BUFFERS, 0, 2, AVAILABLE_1 | NEXT)
                .descriptor(3, BUFFERS, 0, 2, AVAILABLE_1 | WRITE);
        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readInt(0)).isZero();

        assertFault(() -> queue.pop(chain), Kind.EMPTY_CHAIN);
    }

    @Test
    void P7_readable_after_writable_is_refused() throws Exception {
        rig.descriptor(0, BUFFERS, 0, 0, AVAILABLE_1 | NEXT | WRITE).descriptor(1, BUFFERS, 1, 0, AVAILABLE_1);

        assertFault(() -> queue.pop(chain), Kind.READABLE_AFTER_WRITABLE);
    }

    @Test
    void more_bytes_than_the_chain_has_are_a_defect() throws Exception {
        rig.descriptor(0, BUFFERS, 8, 0, AVAILABLE_1 | WRITE);
        queue.pop(chain);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.push(chain, 9))
                .withMessage("9 bytes written of 8");
        assertThatIllegalArgumentException().isThrownBy(() -> queue.push(chain, -1));
    }

    @Test
    void chain_is_pushed_once() throws Exception {
        assertThatIllegalStateException().isThrownBy(() -> queue.push(chain, 0));
        rig.descriptor(0, BUFFERS, 8, 0, AVAILABLE_1);
        use(queue, 0);

        assertThatIllegalStateException().isThrownBy(() -> queue.push(chain, 0));
    }

    @Test
    void ring_outside_memory_is_the_queues_fault() throws Exception {
        QueueAddresses nowhere = new QueueAddresses(SIZE, 0, 0x1000, 0x2000);
        DeviceQueue far = Virtqueues.openDevice(nowhere, RingFeatures.PACKED, rig.access);

        assertFault(() -> far.pop(chain), Kind.RING_OUTSIDE_MEMORY);
        assertFault(far::suppressKicks, Kind.RING_OUTSIDE_MEMORY);
        assertFault(far::enableKicks, Kind.RING_OUTSIDE_MEMORY);
    }

    @Test
    void buffer_outside_memory_is_the_requests_fault() throws Exception {
        rig.descriptor(0, 0x10, 8, 0, AVAILABLE_1 | NEXT)
                .descriptor(1, READ_ONLY, 8, 0, AVAILABLE_1 | WRITE)
                .descriptor(2, BUFFERS, 8, 2, AVAILABLE_1);
        queue.pop(chain);

        AccessFault read = catchThrowableOfType(AccessFault.class, () -> chain.readLong(0));
        assertThat(read.address()).isEqualTo(0x10);
        queue.push(chain, 0);
        queue.publish();
        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.id()).isEqualTo(2);
    }

    private void assertUsed(int slot, int id, int length, int flags) throws AccessFault {
        assertThat(rig.id(slot)).isEqualTo(id);
        assertThat(rig.length(slot)).isEqualTo(length);
        assertThat(rig.flags(slot)).isEqualTo(flags);
    }

    private void use(DeviceQueue target, int written) throws RingFault {
        while (target.pop(chain)) {
            target.push(chain, written);
        }
        target.publish();
    }
}
