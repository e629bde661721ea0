// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.RingRig.BUFFERS;
import static org.viommu.virtqueue.RingRig.WRITE;

import org.junit.jupiter.api.Test;
import org.viommu.memory.AccessFault;

/** When a device interrupts and is kicked, in a split ring written by hand; S7 and S8 in virtio 1.4, 2.7. */
class SplitNotificationTest {
    private static final int SIZE = 8;

    private final RingRig rig = new RingRig(SIZE);
    private final DeviceQueue queue = rig.device(0);
    private final Chain chain = new Chain();

    SplitNotificationTest() throws RingFault {}

    @Test
    void S7_interrupt_is_wanted_unless_the_flag_is_set() throws Exception {
        rig.descriptor(0, BUFFERS, 8, WRITE, 0).usedEvent(5);

        rig.availableFlags(0);
        use(queue, 1);
        assertThat(queue.interruptWanted()).isTrue();
        assertThat(queue.interruptWanted()).isFalse();

        rig.availableFlags(SplitLayout.AVAILABLE_NO_INTERRUPT);
        use(queue, 1);
        assertThat(queue.interruptWanted()).isFalse();

        rig.availableFlags(0);
        assertThat(queue.interruptWanted()).isFalse();
    }

    @Test
    void S7_with_event_index_the_flag_is_ignored_and_the_index_counts() throws Exception {
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        rig.descriptor(0, BUFFERS, 8, WRITE, 0)
                .availableFlags(SplitLayout.AVAILABLE_NO_INTERRUPT)
                .usedEvent(2);

        assertThat(interruptAfter(events, 1)).isFalse();
        assertThat(interruptAfter(events, 1)).isFalse();
        assertThat(interruptAfter(events, 1)).isTrue();
        assertThat(interruptAfter(events, 1)).isFalse();

        rig.usedEvent(6);
        assertThat(interruptAfter(events, 2)).isFalse();
        assertThat(interruptAfter(events, 5)).isTrue();
    }

    @Test
    void S7_event_index_crosses_65536() throws Exception {
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        rig.descriptor(0, BUFFERS, 8, WRITE, 0).usedEvent(0xffff);
        for (int i = 0; i < 0xffff; i++) {
            assertThat(interruptAfter(events, 1)).isFalse();
        }

        assertThat(interruptAfter(events, 2)).isTrue();
        assertThat(interruptAfter(events, 1)).isFalse();
    }

    @Test
    void S7_flush_publishes_and_asks_once() throws Exception {
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        rig.descriptor(0, BUFFERS, 8, WRITE, 0).usedEvent(1);

        push(events, 1);
        assertThat(rig.usedIndex()).isZero();
        assertThat(events.flush()).isFalse();
        assertThat(rig.usedIndex()).isEqualTo(1);

        push(events, 1);
        assertThat(events.flush()).isTrue();
        assertThat(rig.usedIndex()).isEqualTo(2);
        assertThat(events.flush()).isFalse();
        assertThat(events.interruptWanted()).isFalse();
    }

    @Test
    void S7_flush_asks_for_what_has_been_published_before() throws Exception {
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        rig.descriptor(0, BUFFERS, 8, WRITE, 0).usedEvent(0);
        use(events, 1);

        assertThat(events.flush()).isTrue();
    }

    @Test
    void S8_kicks_are_suppressed_by_the_flag() throws Exception {
        queue.suppressKicks();
        assertThat(rig.usedFlags()).isEqualTo(SplitLayout.USED_NO_NOTIFY);

        assertThat(queue.enableKicks()).isFalse();
        assertThat(rig.usedFlags()).isZero();
    }

    @Test
    void S8_with_event_index_the_flag_stays_0() throws Exception {
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        rig.descriptor(0, BUFFERS, 8, WRITE, 0);
        use(events, 3);

        events.suppressKicks();
        assertThat(rig.usedFlags()).isZero();
        assertThat(rig.availableEvent()).isEqualTo(0x8003);
        assertThat(events.enableKicks()).isFalse();
        assertThat(rig.usedFlags()).isZero();
        assertThat(rig.availableEvent()).isEqualTo(3);
    }

    @Test
    void S8_a_driver_that_looks_late_need_not_kick_for_what_is_taken_already() throws Exception {
        DriverQueue driver = rig.driver(RingFeatures.EVENT_IDX);
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        events.suppressKicks();
        driver.add(new long[] {BUFFERS, 8}, 1);
        driver.publish();
        assertThat(events.pop(chain)).isTrue();
        events.suppressKicks();

        assertThat(driver.kickWanted()).isFalse();
    }

    @Test
    void S8_enabling_kicks_finds_what_came_meanwhile() throws Exception {
        queue.suppressKicks();
        rig.descriptor(0, BUFFERS, 8, WRITE, 0).offer(0);

        assertThat(queue.enableKicks()).isTrue();
        assertThat(queue.pop(chain)).isTrue();
    }

    @Test
    void S8_looking_for_a_chain_leaves_kicks_suppressed() throws Exception {
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        rig.descriptor(0, BUFFERS, 8, WRITE, 0);
        use(events, 3);
        events.suppressKicks();
        assertThat(events.available()).isFalse();

        rig.offer(0).offer(0);
        assertThat(events.available()).isTrue();
        assertThat(events.pop(chain)).isTrue();
        assertThat(events.available()).isTrue();
        assertThat(rig.availableEvent()).isEqualTo(0x8003);
    }

    @Test
    void S8_spurious_kicks_find_nothing() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(queue.pop(chain)).isFalse();
            queue.publish();
            assertThat(queue.interruptWanted()).isFalse();
        }
        assertThat(rig.usedIndex()).isZero();
    }

    private boolean interruptAfter(DeviceQueue events, int chains) throws AccessFault, RingFault {
        use(events, chains);
        return events.interruptWanted();
    }

    /** Makes chain 0 available some times and uses it. */
    private void use(DeviceQueue target, int chains) throws AccessFault, RingFault {
        push(target, chains);
        target.publish();
    }

    private void push(DeviceQueue target, int chains) throws AccessFault, RingFault {
        for (int i = 0; i < chains; i++) {
            rig.offer(0);
        }
        while (target.pop(chain)) {
            target.push(chain, 0);
        }
    }
}
