// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;
import static org.viommu.virtqueue.PackedRig.AVAILABLE_0;
import static org.viommu.virtqueue.PackedRig.AVAILABLE_1;
import static org.viommu.virtqueue.PackedRig.WRITE;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viommu.memory.AccessFault;

/** When a device interrupts and is kicked, in a packed ring written by hand (virtio 1.4, 2.8.10). */
class PackedNotificationTest {
    private static final int SIZE = 5;

    private final PackedRig rig = new PackedRig(SIZE);
    private final DeviceQueue queue = rig.device(0);
    private final Chain chain = new Chain();

    PackedNotificationTest() throws RingFault {}

    @ParameterizedTest
    @CsvSource({"0,true", "1,false", "2,true", "3,true", "0xffff,true"})
    void interrupt_is_wanted_unless_disabled(String flags, boolean wanted) throws Exception {
        rig.driverEvent(4, Integer.decode(flags)).descriptor(0, BUFFERS, 8, 0, AVAILABLE_1);
        assertThat(queue.interruptWanted()).isFalse();
        use(queue, 0);

        assertThat(queue.interruptWanted()).isEqualTo(wanted);
        assertThat(queue.interruptWanted()).isFalse();
    }

    @Test
    void interrupt_is_wanted_when_the_event_index_is_passed() throws Exception {
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        rig.driverEvent(0x8002, PackedLayout.EVENT_DESCRIPTOR);

        assertThat(interruptAfter(events, 0, 1, AVAILABLE_1)).isFalse();
        assertThat(interruptAfter(events, 1, 2, AVAILABLE_1)).isTrue();
        assertThat(interruptAfter(events, 3, 2, AVAILABLE_1)).isFalse();
        assertThat(interruptAfter(events, 0, 3, AVAILABLE_0)).isFalse();

        rig.driverEvent(0x0004, PackedLayout.EVENT_DESCRIPTOR);
        assertThat(interruptAfter(events, 3, 1, AVAILABLE_0)).isFalse();
        assertThat(interruptAfter(events, 4, 1, AVAILABLE_0)).isTrue();
    }

    @Test
    void flush_publishes_and_asks_once() throws Exception {
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        rig.driverEvent(0x8001, PackedLayout.EVENT_DESCRIPTOR);
        rig.descriptor(0, BUFFERS, 8, 0, AVAILABLE_1 | WRITE).descriptor(1, BUFFERS, 8, 1, AVAILABLE_1 | WRITE);
        int used = PackedLayout.FLAG_AVAILABLE | PackedLayout.FLAG_USED;

        assertThat(events.pop(chain)).isTrue();
        events.push(chain, 0);
        assertThat(rig.flags(0) & used).isEqualTo(PackedLayout.FLAG_AVAILABLE);
        assertThat(events.flush()).isFalse();
        assertThat(rig.flags(0) & used).isEqualTo(used);

        assertThat(events.pop(chain)).isTrue();
        events.push(chain, 0);
        assertThat(events.flush()).isTrue();
        assertThat(rig.flags(1) & used).isEqualTo(used);
        assertThat(events.flush()).isFalse();
    }

    @Test
    void event_index_behind_the_last_slot_asks_for_each_interrupt() throws Exception {
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        rig.driverEvent(SIZE, PackedLayout.EVENT_DESCRIPTOR);

        assertThat(interruptAfter(events, 0, 1, AVAILABLE_1)).isTrue();
        assertThat(interruptAfter(events, 1, 1, AVAILABLE_1)).isTrue();
    }

    @Test
    void kicks_are_enabled_and_disabled_by_flags() throws Exception {
        queue.suppressKicks();
        assertThat(rig.deviceEventFlags()).isEqualTo(PackedLayout.EVENT_DISABLE);

        assertThat(queue.enableKicks()).isFalse();
        assertThat(rig.deviceEventFlags()).isEqualTo(PackedLayout.EVENT_ENABLE);
    }

    @Test
    void kicks_are_asked_for_by_the_next_position_with_event_index() throws Exception {
        DeviceQueue events = rig.device(RingFeatures.EVENT_IDX);
        interruptAfter(events, 0, 3, AVAILABLE_1);

        events.suppressKicks();
        assertThat(rig.deviceEventFlags()).isEqualTo(PackedLayout.EVENT_DISABLE);
        assertThat(events.enableKicks()).isFalse();
        assertThat(rig.deviceEventFlags()).isEqualTo(PackedLayout.EVENT_DESCRIPTOR);
        assertThat(rig.deviceEventPosition()).isEqualTo(0x8003);

        interruptAfter(events, 3, 2, AVAILABLE_1);
        assertThat(events.enableKicks()).isFalse();
        assertThat(rig.deviceEventPosition()).isZero();
    }

    @Test
    void enabling_kicks_finds_what_came_meanwhile() throws Exception {
        queue.suppressKicks();
        rig.descriptor(0, BUFFERS, 8, 0, AVAILABLE_1);

        assertThat(queue.enableKicks()).isTrue();
        assertThat(queue.pop(chain)).isTrue();
    }

    @Test
    void looking_for_a_chain_leaves_kicks_suppressed() throws Exception {
        queue.suppressKicks();
        assertThat(queue.available()).isFalse();
        rig.descriptor(0, BUFFERS, 8, 0, AVAILABLE_1);

        assertThat(queue.available()).isTrue();
        assertThat(queue.pop(chain)).isTrue();
        assertThat(queue.available()).isFalse();
        assertThat(rig.deviceEventFlags()).isEqualTo(PackedLayout.EVENT_DISABLE);
    }

    /** Makes some slots of one round available as chains of their own and uses them. */
    private boolean interruptAfter(DeviceQueue events, int slot, int count, int mark) throws AccessFault, RingFault {
        for (int i = slot; i < slot + count; i++) {
            rig.descriptor(i, BUFFERS, 8, i, mark | WRITE);
        }
        use(events, 0);
        return events.interruptWanted();
    }

    private void use(DeviceQueue target, int written) throws RingFault {
        while (target.pop(chain)) {
            target.push(chain, written);
        }
        target.publish();
    }
}
