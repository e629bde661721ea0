// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.viommu.virtqueue.MemoryRig.BASE;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;
import static org.viommu.virtqueue.MemoryRig.assertFault;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.virtqueue.RingFault.Kind;

/** A chain that is added as a pair is the chain that is added as two pieces. */
class DriverPairTest {
    private static final int SIZE = 16;
    private static final int RING_AREAS = 0xb_0000;
    private static final int ROUNDS = 200;
    private static final long LONGEST = 0xffff_ffffL;

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED, RingFeatures.IN_ORDER, RingFeatures.PACKED | RingFeatures.IN_ORDER})
    void memory_is_the_same_at_every_step(long layout) throws Exception {
        long features = RingFeatures.SUPPORTED | layout;
        Random random = new Random(layout);
        MemoryRig pairs = new MemoryRig(SIZE);
        MemoryRig pieces = new MemoryRig(SIZE);
        DriverQueue byPairs = pairs.driver(features);
        DriverQueue byPieces = pieces.driver(features);
        DeviceQueue pairServer = pairs.device(features);
        DeviceQueue pieceServer = pieces.device(features);
        int full = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = random.nextInt(SIZE); i > 0; i--) {
                long readable = random.nextLong();
                long writable = random.nextLong();
                long readableLength = 1 + random.nextInt(64);
                long writableLength = 1 + random.nextInt(64);
                int added = byPairs.addPair(readable, readableLength, writable, writableLength);
                assertThat(added)
                        .isEqualTo(byPieces.add(new long[] {readable, readableLength, writable, writableLength}, 1));
                full += added < 0 ? 1 : 0;
            }
            byPairs.publish();
            byPieces.publish();
            assertThat(pairs.copy(BASE, RING_AREAS)).isEqualTo(pieces.copy(BASE, RING_AREAS));
            assertThat(byPairs.free()).isEqualTo(byPieces.free());
            int served = random.nextInt(SIZE);
            serve(pairServer, served);
            serve(pieceServer, served);
            for (int id = byPairs.poll(); id >= 0; id = byPairs.poll()) {
                assertThat(byPieces.poll()).isEqualTo(id);
                assertThat(byPairs.usedLength()).isEqualTo(byPieces.usedLength());
            }
            assertThat(byPieces.poll()).isEqualTo(-1);
        }
        assertThat(full).isPositive();
    }

    private static void serve(DeviceQueue device, int most) throws RingFault {
        Chain chain = new Chain();
        for (int i = 0; i < most && device.pop(chain); i++) {
            device.push(chain, (int) chain.writableLength());
        }
        device.publish();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void lengths_must_make_a_chain(long layout) throws Exception {
        DriverQueue queue = new MemoryRig(SIZE).driver(RingFeatures.SUPPORTED | layout);
        assertRefused(queue, 0, 4, "piece 0 has length 0");
        assertRefused(queue, 8, -1, "piece 1 has length -1");
        assertRefused(queue, LONGEST + 1, 4, "piece 0 has length 4294967296");
        assertRefused(queue, 8, LONGEST + 1, "piece 1 has length 4294967296");
        assertRefused(queue, LONGEST, 2, "4294967297 bytes are more than 2^32");
        assertRefused(queue, Long.MIN_VALUE, Long.MIN_VALUE, "piece 0 has length -9223372036854775808");
        assertRefused(queue, Long.MAX_VALUE, Long.MAX_VALUE, "piece 0 has length 9223372036854775807");
        assertThat(queue.free()).isEqualTo(SIZE);
        assertThat(queue.addPair(BUFFERS, LONGEST, BUFFERS, 1)).isNotNegative();
        assertThat(queue.addPair(BUFFERS, 1, BUFFERS, LONGEST)).isNotNegative();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void a_queue_of_one_entry_has_no_room_for_a_pair(long layout) throws Exception {
        DriverQueue queue = new MemoryRig(1).driver(RingFeatures.SUPPORTED | layout);
        assertRefused(queue, 8, 4, "4 values are not 1 to 1 pieces");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void a_ring_outside_memory_is_a_fault(long layout) throws Exception {
        DriverQueue far = Virtqueues.openDriver(
                new QueueAddresses(SIZE, 0, 0x1000, 0x2000),
                RingFeatures.SUPPORTED | layout,
                new MemoryRig(SIZE).access);
        assertFault(() -> far.addPair(BUFFERS, 8, BUFFERS, 4), Kind.RING_OUTSIDE_MEMORY);
    }

    @Test
    void one_free_descriptor_is_not_enough() throws Exception {
        DriverQueue queue = new MemoryRig(2).driver(RingFeatures.SUPPORTED);
        queue.add(new long[] {BUFFERS, 8}, 1);
        assertThat(queue.addPair(BUFFERS, 8, BUFFERS, 4)).isEqualTo(-1);
        assertThat(queue.free()).isEqualTo(1);
    }

    private static void assertRefused(DriverQueue queue, long readable, long writable, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.addPair(BUFFERS, readable, BUFFERS, writable))
                .withMessage(message);
    }
}
