// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;
import static org.viommu.virtqueue.MemoryRig.assertFault;
import static org.viommu.virtqueue.PackedRig.AVAILABLE_0;
import static org.viommu.virtqueue.PackedRig.AVAILABLE_1;
import static org.viommu.virtqueue.PackedRig.INDIRECT;
import static org.viommu.virtqueue.PackedRig.NEXT;
import static org.viommu.virtqueue.PackedRig.USED_0;
import static org.viommu.virtqueue.PackedRig.USED_1;
import static org.viommu.virtqueue.PackedRig.WRITE;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viommu.virtqueue.RingFault.Kind;

/** The driver's side against used descriptors written by hand; rules P1 to P5, and what a driver must not believe. */
class PackedDriverQueueTest {
    private static final int SIZE = 5;
    private static final long TABLE = BUFFERS + 0x100;
    private static final long[] PAIR = {BUFFERS, 8, BUFFERS + 8, 4};
    private static final long[] ONE = {BUFFERS, 8};

    private final PackedRig rig = new PackedRig(SIZE);
    private final DriverQueue queue = rig.driver(0);

    PackedDriverQueueTest() throws RingFault {}

    @Test
    void P1_slots_are_free_again_in_completion_order() throws Exception {
        int first = queue.add(PAIR, 1);
        int second = queue.add(PAIR, 2);
        assertThat(queue.free()).isEqualTo(1);
        assertThat(queue.add(PAIR, 0)).isEqualTo(-1);
        queue.publish();

        rig.used(0, 0, second, USED_1).used(2, 4, first, USED_1 | WRITE);

        assertThat(queue.poll()).isEqualTo(second);
        assertThat(queue.usedLength()).isZero();
        assertThat(queue.free()).isEqualTo(3);
        assertThat(queue.poll()).isEqualTo(first);
        assertThat(queue.usedLength()).isEqualTo(4);
        assertThat(queue.poll()).isEqualTo(-1);
        assertThat(queue.free()).isEqualTo(SIZE);
    }

    @Test
    void P1_length_without_the_write_flag_means_nothing() throws Exception {
        int id = queue.add(PAIR, 1);
        queue.publish();
        rig.used(0, -1, id, USED_1);

        assertThat(queue.poll()).isEqualTo(id);
        assertThat(queue.usedLength()).isZero();
    }

    @Test
    void P1_wrap_counters_flip_behind_the_last_slot() throws Exception {
        for (int i = 0; i < 100; i++) {
            int slot = 2 * i % SIZE;
            boolean odd = 2 * i / SIZE % 2 == 1;
            int id = queue.add(PAIR, 1);
            queue.publish();
            assertThat(rig.flags(slot)).isEqualTo((odd ? AVAILABLE_0 : AVAILABLE_1) | NEXT);
            rig.used(slot, 4, id, (odd ? USED_0 : USED_1) | WRITE);
            assertThat(queue.poll()).isEqualTo(id);
            assertThat(queue.poll()).isEqualTo(-1);
        }
    }

    @Test
    void P4_indirect_chain_takes_one_slot() throws Exception {
        DriverQueue indirect = rig.driver(RingFeatures.INDIRECT_DESC);
        int id = indirect.addIndirect(PAIR, 1, TABLE);
        indirect.publish();

        assertThat(indirect.free()).isEqualTo(SIZE - 1);
        assertThat(rig.address(0)).isEqualTo(TABLE);
        assertThat(rig.length(0)).isEqualTo(32);
        assertThat(rig.id(0)).isEqualTo(id);
        assertThat(rig.flags(0)).isEqualTo(AVAILABLE_1 | INDIRECT);
        assertThat(rig.access.getLong(TABLE)).isEqualTo(BUFFERS);
        assertThat(rig.access.getLong(TABLE + 8)).isEqualTo(8);
        assertThat(rig.access.getLong(TABLE + 16)).isEqualTo(BUFFERS + 8);
        assertThat(rig.access.getLong(TABLE + 24)).isEqualTo(4 | (long) WRITE << 48);
        for (int i = 1; i < SIZE; i++) {
            assertThat(indirect.addIndirect(PAIR, 1, TABLE)).isNotNegative();
        }
        assertThat(indirect.addIndirect(PAIR, 1, TABLE)).isEqualTo(-1);
    }

    @Test
    void P4_indirect_table_must_be_negotiated() {
        assertThatIllegalStateException().isThrownBy(() -> queue.addIndirect(PAIR, 1, TABLE));
    }

    @Test
    void P5_first_descriptor_of_a_batch_is_published_last() throws Exception {
        int first = queue.add(PAIR, 1);
        int second = queue.add(ONE, 0);
        assertThat(rig.flags(0)).isEqualTo(USED_0);
        assertThat(rig.flags(1)).isEqualTo(AVAILABLE_1 | WRITE);
        assertThat(rig.flags(2)).isEqualTo(AVAILABLE_1 | WRITE);

        queue.publish();
        assertThat(rig.flags(0)).isEqualTo(AVAILABLE_1 | NEXT);
        assertThat(rig.id(0)).isEqualTo(first);
        assertThat(rig.id(1)).isEqualTo(first);
        assertThat(rig.id(2)).isEqualTo(second);
    }

    @Test
    void P5_first_descriptor_of_a_later_round_is_published_last_too() throws Exception {
        for (int i = 0; i < SIZE; i++) {
            int id = queue.add(ONE, 1);
            queue.publish();
            rig.used(i, 0, id, USED_1);
            queue.poll();
        }

        queue.add(ONE, 1);
        assertThat(rig.flags(0)).isEqualTo(USED_1);
        queue.publish();
        assertThat(rig.flags(0)).isEqualTo(AVAILABLE_0);
    }

    @ParameterizedTest
    @CsvSource({"0,true", "1,false", "2,true", "3,true"})
    void kick_is_wanted_unless_disabled(int flags, boolean wanted) throws Exception {
        rig.deviceEvent(4, flags);
        assertThat(queue.kickWanted()).isFalse();
        queue.add(PAIR, 1);
        queue.publish();

        assertThat(queue.kickWanted()).isEqualTo(wanted);
        assertThat(queue.kickWanted()).isFalse();
    }

    @Test
    void kick_is_wanted_when_the_event_index_is_passed() throws Exception {
        DriverQueue events = rig.driver(RingFeatures.EVENT_IDX);
        rig.deviceEvent(0x8001, PackedLayout.EVENT_DESCRIPTOR);

        events.add(ONE, 1);
        events.publish();
        assertThat(events.kickWanted()).isFalse();
        events.add(ONE, 1);
        events.add(ONE, 1);
        events.publish();
        assertThat(events.kickWanted()).isTrue();
        events.add(ONE, 1);
        events.publish();
        assertThat(events.kickWanted()).isFalse();
    }

    @Test
    void interrupts_are_enabled_and_disabled_by_flags() throws Exception {
        queue.suppressInterrupts();
        assertThat(rig.driverEventFlags()).isEqualTo(PackedLayout.EVENT_DISABLE);

        assertThat(queue.enableInterrupts()).isFalse();
        assertThat(rig.driverEventFlags()).isEqualTo(PackedLayout.EVENT_ENABLE);
    }

    @Test
    void interrupts_are_asked_for_by_the_next_position_with_event_index() throws Exception {
        DriverQueue events = rig.driver(RingFeatures.EVENT_IDX);
        int id = events.add(PAIR, 1);
        events.publish();
        rig.used(0, 0, id, USED_1);

        assertThat(events.enableInterrupts()).isTrue();
        assertThat(rig.driverEventFlags()).isEqualTo(PackedLayout.EVENT_DESCRIPTOR);
        assertThat(rig.driverEventPosition()).isEqualTo(0x8000);
        events.poll();
        assertThat(events.enableInterrupts()).isFalse();
        assertThat(rig.driverEventPosition()).isEqualTo(0x8002);
    }

    @Test
    void P8_kick_carries_the_next_position() throws Exception {
        assertThat(queue.notificationData()).isEqualTo(0x8000);
        queue.add(PAIR, 1);
        assertThat(queue.notificationData()).isEqualTo(0x8000);
        queue.publish();
        assertThat(queue.notificationData()).isEqualTo(0x8002);

        rig.used(0, 0, 0, USED_1);
        queue.poll();
        queue.add(PAIR, 1);
        queue.add(PAIR, 1);
        queue.publish();
        assertThat(queue.notificationData()).isEqualTo(0x0001);
    }

    @Test
    void used_identifier_must_have_been_handed_out() throws Exception {
        int id = queue.add(PAIR, 1);
        queue.publish();
        for (int other : new int[] {id + 1, SIZE, 0xffff}) {
            rig.used(0, 0, other, USED_1);
            assertFault(queue::poll, Kind.UNKNOWN_USED_ID);
        }
    }

    @Test
    void chain_must_not_be_used_before_it_is_published() throws Exception {
        queue.add(PAIR, 1);
        queue.publish();
        int id = queue.add(PAIR, 1);
        rig.used(0, 0, id, USED_1);

        assertFault(queue::poll, Kind.UNKNOWN_USED_ID);
    }

    @Test
    void chain_must_not_be_used_twice() throws Exception {
        int id = queue.add(ONE, 1);
        queue.add(ONE, 1);
        queue.publish();
        rig.used(0, 0, id, USED_1).used(1, 0, id, USED_1);

        assertThat(queue.poll()).isEqualTo(id);
        assertFault(queue::poll, Kind.UNKNOWN_USED_ID);
    }

    @Test
    void used_length_must_fit_the_writable_part() throws Exception {
        int id = queue.add(PAIR, 1);
        queue.publish();
        rig.used(0, 5, id, USED_1 | WRITE);

        assertFault(queue::poll, Kind.USED_LENGTH_TOO_LARGE);
    }

    @Test
    void ring_outside_memory_is_a_fault() throws Exception {
        DriverQueue far = Virtqueues.openDriver(
                new QueueAddresses(SIZE, 0, 0x1000, 0x2000),
                RingFeatures.PACKED | RingFeatures.INDIRECT_DESC,
                rig.access);

        assertFault(far::poll, Kind.RING_OUTSIDE_MEMORY);
        assertFault(() -> far.add(PAIR, 1), Kind.RING_OUTSIDE_MEMORY);
        assertFault(() -> far.addIndirect(PAIR, 1, 0), Kind.RING_OUTSIDE_MEMORY);
        assertFault(far::suppressInterrupts, Kind.RING_OUTSIDE_MEMORY);
        assertFault(far::enableInterrupts, Kind.RING_OUTSIDE_MEMORY);
    }
}
