// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.viommu.virtqueue.RingRig.BUFFERS;
import static org.viommu.virtqueue.RingRig.assertFault;

import org.junit.jupiter.api.Test;
import org.viommu.virtqueue.RingFault.Kind;

/** The driver's side against a used ring written by hand; S9 and what a driver must not believe. */
class SplitDriverQueueTest {
    private static final int SIZE = 4;
    private static final long[] PAIR = {BUFFERS, 8, BUFFERS + 8, 4};

    private final RingRig rig = new RingRig(SIZE);
    private final DriverQueue queue = rig.driver(0);

    SplitDriverQueueTest() throws RingFault {}

    @Test
    void chains_take_descriptors_until_they_are_used() throws Exception {
        assertThat(queue.free()).isEqualTo(SIZE);
        int first = queue.add(PAIR, 1);
        int second = queue.add(PAIR, 2);
        assertThat(queue.free()).isZero();
        assertThat(queue.add(PAIR, 0)).isEqualTo(-1);

        queue.publish();
        rig.used(0, second, 0).used(1, first, 4).usedIndex(2);

        assertThat(queue.poll()).isEqualTo(second);
        assertThat(queue.usedLength()).isZero();
        assertThat(queue.poll()).isEqualTo(first);
        assertThat(queue.usedLength()).isEqualTo(4);
        assertThat(queue.poll()).isEqualTo(-1);
        assertThat(queue.free()).isEqualTo(SIZE);
    }

    @Test
    void S9_chains_show_at_the_index_update() throws Exception {
        queue.add(PAIR, 1);
        assertThat(rig.availableIndex()).isZero();

        queue.publish();
        assertThat(rig.availableIndex()).isEqualTo(1);
        queue.publish();
        assertThat(rig.availableIndex()).isEqualTo(1);
    }

    @Test
    void S9_index_runs_through_65536_and_never_back() throws Exception {
        for (int i = 0; i < 2 * 65536; i++) {
            int id = queue.add(PAIR, 1);
            queue.publish();
            assertThat(rig.availableIndex()).isEqualTo(i + 1 & 0xffff);
            rig.used(i % SIZE, id, 4).usedIndex(i + 1);
            assertThat(queue.poll()).isEqualTo(id);
        }
    }

    @Test
    void P8_kick_carries_the_available_index() throws Exception {
        for (int i = 0; i < 0x8123; i++) {
            int id = queue.add(PAIR, 1);
            assertThat(queue.notificationData()).isEqualTo(i);
            queue.publish();
            rig.used(i % SIZE, id, 4).usedIndex(i + 1);
            queue.poll();
        }
        assertThat(queue.notificationData()).isEqualTo(0x8123);
    }

    @Test
    void kick_is_wanted_unless_the_flag_is_set() throws Exception {
        rig.availableEvent(3);
        assertThat(queue.kickWanted()).isFalse();
        queue.add(PAIR, 1);
        queue.publish();
        assertThat(queue.kickWanted()).isTrue();
        assertThat(queue.kickWanted()).isFalse();

        rig.usedFlags(SplitLayout.USED_NO_NOTIFY);
        queue.add(PAIR, 1);
        queue.publish();
        assertThat(queue.kickWanted()).isFalse();
    }

    @Test
    void with_event_index_the_kick_flag_is_ignored_and_the_index_counts() throws Exception {
        DriverQueue events = rig.driver(RingFeatures.EVENT_IDX);
        rig.usedFlags(SplitLayout.USED_NO_NOTIFY).availableEvent(1);
        long[] one = {BUFFERS, 8};

        events.add(one, 1);
        events.publish();
        assertThat(events.kickWanted()).isFalse();
        events.add(one, 1);
        events.add(one, 1);
        events.publish();
        assertThat(events.kickWanted()).isTrue();
    }

    @Test
    void interrupts_are_suppressed_by_the_flag() throws Exception {
        queue.suppressInterrupts();
        assertThat(rig.availableFlags()).isEqualTo(SplitLayout.AVAILABLE_NO_INTERRUPT);

        assertThat(queue.enableInterrupts()).isFalse();
        assertThat(rig.availableFlags()).isZero();
    }

    @Test
    void with_event_index_a_device_that_looks_late_need_not_interrupt_for_what_is_taken_already() throws Exception {
        DriverQueue driver = rig.driver(RingFeatures.EVENT_IDX);
        DeviceQueue device = rig.device(RingFeatures.EVENT_IDX);
        Chain chain = new Chain();
        driver.add(PAIR, 1);
        driver.publish();
        driver.suppressInterrupts();
        device.pop(chain);
        device.push(chain, 0);
        device.publish();
        assertThat(driver.poll()).isNotNegative();
        driver.suppressInterrupts();

        assertThat(device.interruptWanted()).isFalse();
    }

    @Test
    void with_event_index_the_interrupt_flag_stays_0() throws Exception {
        DriverQueue events = rig.driver(RingFeatures.EVENT_IDX);

        events.suppressInterrupts();
        assertThat(rig.usedEvent()).isEqualTo(0x8000);
        int id = events.add(PAIR, 1);
        events.publish();
        rig.used(0, id, 0).usedIndex(1);

        assertThat(events.enableInterrupts()).isTrue();
        assertThat(rig.usedEvent()).isZero();
        assertThat(rig.availableFlags()).isZero();
    }

    @Test
    void used_identifier_must_have_been_handed_out() throws Exception {
        int id = queue.add(PAIR, 1);
        queue.publish();

        rig.used(0, SIZE, 0).usedIndex(1);
        assertFault(queue::poll, Kind.UNKNOWN_USED_ID);
        rig.used(0, -1, 0);
        assertFault(queue::poll, Kind.UNKNOWN_USED_ID);
        rig.used(0, id + 1, 0);
        assertFault(queue::poll, Kind.UNKNOWN_USED_ID);
    }

    @Test
    void chain_must_not_be_used_before_it_is_published() throws Exception {
        queue.add(PAIR, 1);
        queue.publish();
        int id = queue.add(PAIR, 1);
        rig.used(0, id, 0).usedIndex(1);

        assertFault(queue::poll, Kind.UNKNOWN_USED_ID);
    }

    @Test
    void chain_must_not_be_used_twice() throws Exception {
        int id = queue.add(PAIR, 1);
        queue.add(PAIR, 1);
        queue.publish();
        rig.used(0, id, 0).used(1, id, 0).usedIndex(2);

        assertThat(queue.poll()).isEqualTo(id);
        assertFault(queue::poll, Kind.UNKNOWN_USED_ID);
    }

    @Test
    void used_length_must_fit_the_writable_part() throws Exception {
        int id = queue.add(PAIR, 1);
        queue.publish();
        rig.used(0, id, 5).usedIndex(1);

        assertFault(queue::poll, Kind.USED_LENGTH_TOO_LARGE);
    }

    @Test
    void used_index_must_not_pass_the_available_one() throws Exception {
        queue.add(PAIR, 1);
        queue.publish();

        rig.usedIndex(2);
        assertFault(queue::poll, Kind.INDEX_JUMP);
        assertFault(queue::enableInterrupts, Kind.INDEX_JUMP);
        rig.usedIndex(0xffff);
        assertFault(queue::poll, Kind.INDEX_JUMP);
    }

    @Test
    void pieces_must_make_a_chain() {
        assertRefused(new long[] {BUFFERS, 8, BUFFERS}, 1, "3 values are not 1 to 4 pieces");
        assertRefused(new long[0], 0, "0 values are not 1 to 4 pieces");
        assertRefused(new long[2 * SIZE + 2], 0, "10 values are not 1 to 4 pieces");
        assertRefused(PAIR, 3, "3 readable pieces of 2");
        assertRefused(PAIR, -1, "-1 readable pieces of 2");
        assertRefused(new long[] {BUFFERS, 0}, 1, "piece 0 has length 0");
        assertRefused(new long[] {BUFFERS, 1L << 32}, 1, "piece 0 has length 4294967296");
        assertRefused(new long[] {BUFFERS, 0xffff_ffffL, BUFFERS, 2}, 1, "4294967297 bytes are more than 2^32");
    }

    @Test
    void indirect_table_must_be_negotiated() {
        assertThatIllegalStateException().isThrownBy(() -> queue.addIndirect(PAIR, 1, BUFFERS + 0x100));
    }

    @Test
    void indirect_chain_takes_one_descriptor() throws Exception {
        DriverQueue indirect = rig.driver(RingFeatures.INDIRECT_DESC);
        for (int i = 0; i < SIZE; i++) {
            assertThat(indirect.addIndirect(PAIR, 1, BUFFERS + 0x100 + 0x20 * i))
                    .isNotNegative();
        }

        assertThat(indirect.free()).isZero();
        assertThat(indirect.addIndirect(PAIR, 1, BUFFERS)).isEqualTo(-1);
    }

    @Test
    void ring_outside_memory_is_a_fault() throws Exception {
        DriverQueue far = Virtqueues.openDriver(
                new QueueAddresses(SIZE, 0, 0x1000, 0x2000), RingFeatures.INDIRECT_DESC, rig.access);

        assertFault(far::poll, Kind.RING_OUTSIDE_MEMORY);
        assertFault(() -> far.add(PAIR, 1), Kind.RING_OUTSIDE_MEMORY);
        assertFault(() -> far.addIndirect(PAIR, 1, 0), Kind.RING_OUTSIDE_MEMORY);
        assertFault(far::suppressInterrupts, Kind.RING_OUTSIDE_MEMORY);
        assertFault(far::enableInterrupts, Kind.RING_OUTSIDE_MEMORY);
    }

    private void assertRefused(long[] pieces, int readable, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.add(pieces, readable))
                .withMessage(message);
    }
}
