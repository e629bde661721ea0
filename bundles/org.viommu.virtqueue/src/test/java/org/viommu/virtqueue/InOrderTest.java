// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;
import static org.viommu.virtqueue.MemoryRig.assertFault;
import static org.viommu.virtqueue.PackedRig.AVAILABLE_1;
import static org.viommu.virtqueue.PackedRig.NEXT;
import static org.viommu.virtqueue.PackedRig.USED_1;
import static org.viommu.virtqueue.PackedRig.WRITE;
import static org.viommu.virtqueue.RingFeatures.IN_ORDER;

import org.junit.jupiter.api.Test;
import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.RingFault.Kind;

/** Rules P6 and G8: chains are used in the order in which they were made available, in batches (virtio 1.4, 2.8.8). */
class InOrderTest {
    private static final int SIZE = 8;
    private static final long[] PAIR = {BUFFERS, 8, BUFFERS + 8, 4};

    private final RingRig split = new RingRig(SIZE);
    private final PackedRig packed = new PackedRig(SIZE);
    private final DriverQueue splitDriver = split.driver(IN_ORDER);
    private final DriverQueue packedDriver = packed.driver(IN_ORDER);
    private final DeviceQueue splitDevice = split.device(IN_ORDER);
    private final DeviceQueue packedDevice = packed.device(IN_ORDER);
    private final Chain[] chains = {new Chain(), new Chain(), new Chain()};

    InOrderTest() throws RingFault {}

    @Test
    void P6_split_element_of_the_last_chain_stands_for_filled_ones() throws Exception {
        offerThreeSplit();
        push(splitDevice, 8, 8, 8);

        assertThat(split.usedIndex()).isEqualTo(3);
        assertThat(split.usedId(0)).isEqualTo(2);
        assertThat(split.usedLength(0)).isEqualTo(8);
        assertThat(split.usedId(1)).isZero();
        assertThat(split.usedLength(1)).isZero();
    }

    @Test
    void P6_split_chain_that_is_not_filled_ends_its_batch() throws Exception {
        offerThreeSplit();
        push(splitDevice, 8, 7, 8);

        assertThat(split.usedIndex()).isEqualTo(3);
        assertThat(split.usedId(0)).isEqualTo(1);
        assertThat(split.usedLength(0)).isEqualTo(7);
        assertThat(split.usedId(2)).isEqualTo(2);
        assertThat(split.usedLength(2)).isEqualTo(8);
    }

    @Test
    void P6_packed_descriptor_of_the_last_chain_stands_for_filled_ones() throws Exception {
        offerThreePacked();
        push(packedDevice, 8, 8, 8);

        assertThat(packed.flags(0)).isEqualTo(USED_1 | WRITE);
        assertThat(packed.id(0)).isEqualTo(12);
        assertThat(packed.length(0)).isEqualTo(8);
        for (int i = 1; i < 5; i++) {
            assertThat(packed.flags(i) & USED_1).isEqualTo(AVAILABLE_1);
        }
        packed.descriptor(5, BUFFERS, 8, 13, AVAILABLE_1);
        push(packedDevice, 0);
        assertThat(packed.flags(5)).isEqualTo(USED_1);
    }

    @Test
    void P6_packed_chain_that_is_not_filled_ends_its_batch() throws Exception {
        offerThreePacked();
        push(packedDevice, 8, 0, 8);

        assertThat(packed.flags(0)).isEqualTo(USED_1);
        assertThat(packed.id(0)).isEqualTo(11);
        assertThat(packed.flags(3)).isEqualTo(USED_1 | WRITE);
        assertThat(packed.id(3)).isEqualTo(12);
        assertThat(packed.length(3)).isEqualTo(8);
    }

    @Test
    void G8_split_chain_waits_for_earlier_ones() throws Exception {
        offerThreeSplit();
        assertEarlierOnesAreAwaited(splitDevice);
        assertThat(split.usedIndex()).isEqualTo(3);
    }

    @Test
    void G8_packed_chain_waits_for_earlier_ones() throws Exception {
        offerThreePacked();
        assertEarlierOnesAreAwaited(packedDevice);
        assertThat(packed.flags(0)).isEqualTo(USED_1 | WRITE);
        assertThat(packed.id(0)).isEqualTo(10);
    }

    @Test
    void G8_split_descriptors_are_taken_in_ring_order() throws Exception {
        for (int i = 0; i < 20; i++) {
            int id = splitDriver.add(new long[] {BUFFERS, 1, BUFFERS, 1, BUFFERS, 1}, 3);
            assertThat(id).isEqualTo(3 * i % SIZE);
            splitDriver.publish();
            split.used(i % SIZE, id, 0).usedIndex(i + 1);
            assertThat(splitDriver.poll()).isEqualTo(id);
        }
    }

    @Test
    void P6_split_driver_takes_all_of_a_batch_back() throws Exception {
        int[] ids = addThree(splitDriver);
        split.used(0, ids[1], 1).used(2, ids[2], 2).usedIndex(3);

        assertBatches(splitDriver, ids);
    }

    @Test
    void P6_packed_driver_takes_all_of_a_batch_back() throws Exception {
        int[] ids = addThree(packedDriver);
        packed.used(0, 1, ids[1], USED_1 | WRITE).used(4, 2, ids[2], USED_1 | WRITE);

        assertBatches(packedDriver, ids);
    }

    @Test
    void P6_interrupts_are_not_awaited_within_a_batch() throws Exception {
        int[] splitIds = addThree(splitDriver);
        split.used(0, splitIds[2], 4).usedIndex(3);
        splitDriver.poll();
        assertThat(splitDriver.enableInterrupts()).isTrue();

        int[] packedIds = addThree(packedDriver);
        packed.used(0, 4, packedIds[2], USED_1 | WRITE);
        packedDriver.poll();
        assertThat(packedDriver.enableInterrupts()).isTrue();
    }

    @Test
    void P6_split_index_must_reach_the_end_of_the_batch() throws Exception {
        int[] ids = addThree(splitDriver);
        split.used(0, ids[2], 4).usedIndex(2);
        splitDriver.poll();
        splitDriver.poll();

        assertFault(splitDriver::poll, Kind.INDEX_JUMP);
    }

    @Test
    void P6_chain_must_not_be_used_twice() throws Exception {
        int[] ids = addThree(packedDriver);
        packed.used(0, 4, ids[1], USED_1 | WRITE).used(4, 4, ids[0], USED_1 | WRITE);
        packedDriver.poll();
        packedDriver.poll();

        assertFault(packedDriver::poll, Kind.UNKNOWN_USED_ID);
    }

    private void assertEarlierOnesAreAwaited(DeviceQueue device) throws RingFault {
        for (Chain chain : chains) {
            device.pop(chain);
        }
        device.push(chains[1], 8);
        device.push(chains[2], 8);
        device.publish();
        assertThat(device.interruptWanted()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> device.push(chains[1], 8));

        device.push(chains[0], 7);
        device.publish();
        assertThat(device.interruptWanted()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> device.push(chains[0], 8));
    }

    private static int[] addThree(DriverQueue driver) throws RingFault {
        int[] ids = new int[3];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = driver.add(PAIR, 1);
        }
        driver.publish();
        return ids;
    }

    private static void assertBatches(DriverQueue driver, int[] ids) throws RingFault {
        assertThat(driver.poll()).isEqualTo(ids[0]);
        assertThat(driver.usedLength()).isEqualTo(4);
        assertThat(driver.free()).isEqualTo(SIZE - 4);
        assertThat(driver.poll()).isEqualTo(ids[1]);
        assertThat(driver.usedLength()).isEqualTo(1);
        assertThat(driver.poll()).isEqualTo(ids[2]);
        assertThat(driver.usedLength()).isEqualTo(2);
        assertThat(driver.poll()).isEqualTo(-1);
        assertThat(driver.free()).isEqualTo(SIZE);
    }

    private void offerThreeSplit() throws AccessFault {
        for (int i = 0; i < chains.length; i++) {
            split.descriptor(i, BUFFERS, 8, WRITE, 0).offer(i);
        }
    }

    /** The chain in the middle takes two slots, the last takes two. */
    private void offerThreePacked() throws AccessFault {
        packed.descriptor(0, BUFFERS, 8, 10, AVAILABLE_1 | WRITE)
                .descriptor(1, BUFFERS, 8, 0, AVAILABLE_1 | NEXT)
                .descriptor(2, BUFFERS, 8, 11, AVAILABLE_1 | WRITE)
                .descriptor(3, BUFFERS, 8, 0, AVAILABLE_1 | NEXT)
                .descriptor(4, BUFFERS, 8, 12, AVAILABLE_1 | WRITE);
    }

    private void push(DeviceQueue device, int... written) throws RingFault {
        for (int bytes : written) {
            assertThat(device.pop(chains[0])).isTrue();
            device.push(chains[0], bytes);
        }
        device.publish();
    }
}
