// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.viommu.virtqueue.MemoryRig.BASE;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.MemoryAccess;

/** Adding pairs and taking used chains back many at a time is what single calls are. */
class DriverBatchTest {
    private static final int RING_AREAS = 0xb_0000;
    private static final int ROUNDS = 300;
    private static final int MOST = 9;

    private final int[] ids = new int[MOST];
    private final long[] lengths = new long[MOST];
    private final long[] pairs = new long[4 * MOST];

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED, RingFeatures.IN_ORDER, RingFeatures.PACKED | RingFeatures.IN_ORDER})
    void memory_and_results_are_the_same_at_every_step(long layout) throws Exception {
        compare(layout, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void so_they_are_without_windows_of_memory(long layout) throws Exception {
        compare(layout, true);
    }

    private void compare(long layout, boolean withoutWindows) throws Exception {
        long features = RingFeatures.SUPPORTED | layout;
        Random random = new Random(layout);
        // An odd size: in a packed ring the round ends within a pair.
        int size = (layout & RingFeatures.PACKED) != 0 ? 13 : 16;
        MemoryRig single = new MemoryRig(size);
        MemoryRig batched = new MemoryRig(size);
        DriverQueue one = single.driver(features);
        MemoryAccess access = withoutWindows ? WithoutWindows.of(batched.access) : batched.memory.open();
        DriverQueue many = Virtqueues.openDriver(batched.addresses, features, access);
        DeviceQueue oneServer = single.device(features);
        DeviceQueue manyServer = batched.device(features);
        int full = 0;
        int kicks = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int count = random.nextInt(MOST);
            for (int i = 0; i < 4 * count; i++) {
                pairs[i] = i % 2 == 0 ? random.nextLong() : 1 + random.nextInt(64);
            }
            int added = many.addPairs(pairs, count, ids);
            for (int i = 0; i < added; i++) {
                assertThat(one.addPair(pairs[4 * i], pairs[4 * i + 1], pairs[4 * i + 2], pairs[4 * i + 3]))
                        .isEqualTo(ids[i]);
            }
            assertThat(one.free()).isEqualTo(many.free());
            if (added < count) {
                assertThat(one.free()).isLessThan(2);
                full++;
            }
            one.publish();
            boolean kick = many.flush();
            assertThat(kick).isEqualTo(one.kickWanted());
            kicks += kick ? 1 : 0;
            assertThat(batched.copy(BASE, RING_AREAS)).isEqualTo(single.copy(BASE, RING_AREAS));
            int most = random.nextInt(size);
            boolean watched = random.nextBoolean();
            serve(oneServer, most, watched);
            serve(manyServer, most, watched);
            takeBack(one, many);
        }
        assertThat(full).isPositive();
        assertThat(kicks).isBetween(1, ROUNDS - 1);
    }

    private void takeBack(DriverQueue one, DriverQueue many) throws RingFault {
        for (int count = many.poll(ids, lengths); count > 0; count = many.poll(ids, lengths)) {
            for (int i = 0; i < count; i++) {
                assertThat(one.poll()).isEqualTo(ids[i]);
                assertThat(one.usedLength()).isEqualTo(lengths[i]);
            }
        }
        assertThat(one.poll()).isEqualTo(-1);
    }

    private static void serve(DeviceQueue device, int most, boolean watched) throws RingFault {
        Chain chain = new Chain();
        for (int i = 0; i < most && device.pop(chain); i++) {
            device.push(chain, (int) chain.writableLength() - i % 2);
        }
        device.publish();
        if (watched) {
            device.suppressKicks();
        } else {
            device.enableKicks();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED, RingFeatures.IN_ORDER, RingFeatures.PACKED | RingFeatures.IN_ORDER})
    void what_is_no_pair_is_refused_behind_those_before_it(long layout) throws Exception {
        MemoryRig rig = new MemoryRig(16);
        DriverQueue queue = rig.driver(RingFeatures.SUPPORTED | layout);
        long[] bad = {BUFFERS, 8, BUFFERS, 4, BUFFERS, 8, BUFFERS, 4, BUFFERS, 8, BUFFERS, 0, BUFFERS, 8, BUFFERS, 4};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.addPairs(bad, 4, ids))
                .withMessage("piece 1 has length 0");
        assertThat(queue.free()).isEqualTo(12);
        assertThat(queue.addPairs(bad, 0, ids)).isZero();
        queue.publish();
        DeviceQueue device = rig.device(RingFeatures.SUPPORTED | layout);
        assertThat(device.serve(new Chain(), 16, chain -> 4)).isEqualTo(2);
        device.publish();
        assertThat(queue.poll(ids, lengths)).isEqualTo(2);
        assertThat(queue.poll(ids, lengths)).isZero();
        assertThat(queue.free()).isEqualTo(16);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void no_more_are_taken_back_than_there_is_room_for(long layout) throws Exception {
        MemoryRig rig = new MemoryRig(16);
        DriverQueue queue = rig.driver(RingFeatures.SUPPORTED | layout);
        for (int i = 0; i < 5; i++) {
            queue.addPair(BUFFERS, 8, BUFFERS, 4);
        }
        queue.publish();
        DeviceQueue device = rig.device(RingFeatures.SUPPORTED | layout);
        device.serve(new Chain(), 16, chain -> 3);
        device.publish();
        int[] few = new int[3];
        assertThat(queue.poll(few, lengths)).isEqualTo(3);
        assertThat(queue.poll(few, lengths)).isEqualTo(2);
        assertThat(lengths[1]).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void arrays_that_are_too_short_change_nothing(long layout) throws Exception {
        MemoryRig rig = new MemoryRig(16);
        DriverQueue queue = rig.driver(RingFeatures.SUPPORTED | layout);
        long[] two = {BUFFERS, 8, BUFFERS, 4, BUFFERS, 8, BUFFERS, 4};
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> queue.addPairs(two, 3, ids));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> queue.addPairs(two, -1, ids));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> queue.addPairs(two, 2, new int[1]));
        assertThat(queue.free()).isEqualTo(16);
        assertThat(queue.addPairs(two, 2, ids)).isEqualTo(2);
        queue.publish();
        DeviceQueue device = rig.device(RingFeatures.SUPPORTED | layout);
        assertThat(device.serve(new Chain(), 16, chain -> 4)).isEqualTo(2);
        device.publish();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> queue.poll(ids, new long[1]));
        assertThat(queue.poll(ids, lengths)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void a_chain_that_the_device_never_had_is_a_fault(long layout) throws Exception {
        assertFault(layout, 7, 4, RingFault.Kind.UNKNOWN_USED_ID);
        assertFault(layout, 0xffff, 4, RingFault.Kind.UNKNOWN_USED_ID);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void more_than_a_chain_holds_is_a_fault(long layout) throws Exception {
        assertFault(layout, -1, 5, RingFault.Kind.USED_LENGTH_TOO_LARGE);
        assertFault(layout, -1, -1, RingFault.Kind.USED_LENGTH_TOO_LARGE);
    }

    /** The device gives one chain back: under an identifier, or that of the chain if it is negative. */
    private void assertFault(long layout, int identifier, int length, RingFault.Kind kind) throws Exception {
        MemoryRig rig = new MemoryRig(16);
        DriverQueue queue = rig.driver(RingFeatures.SUPPORTED | layout);
        int added = queue.addPair(BUFFERS, 8, BUFFERS, 4);
        queue.publish();
        int id = identifier < 0 ? added : identifier;
        if (layout == RingFeatures.PACKED) {
            rig.access.putInt(rig.addresses.descriptorArea() + 8, length);
            rig.access.putInt(rig.addresses.descriptorArea() + 12, id | 0x8082 << 16);
        } else {
            rig.access.putInt(rig.addresses.deviceArea() + 4, id);
            rig.access.putInt(rig.addresses.deviceArea() + 8, length);
            rig.access.putShort(rig.addresses.deviceArea() + 2, (short) 1);
        }
        assertThatExceptionOfType(RingFault.class)
                .isThrownBy(() -> queue.poll(ids, lengths))
                .extracting(RingFault::kind)
                .isEqualTo(kind);
    }
}
