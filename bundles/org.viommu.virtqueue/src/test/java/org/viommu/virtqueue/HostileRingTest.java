// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.RingRig.BASE;
import static org.viommu.virtqueue.RingRig.BUFFERS;
import static org.viommu.virtqueue.RingRig.MEMORY_SIZE;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.AccessFault;

/** Split rings of a peer that breaks every rule. */
class HostileRingTest {
    private static final int SIZE = 16;
    private static final int RINGS = 4_000;
    private static final long TABLE = BUFFERS + 0x8_0000;

    private final RingRig rig = new RingRig(SIZE);
    private final HostileServer server = new HostileServer(rig);
    private final Set<RingFault.Kind> seen = server.seen;

    @Test
    void broken_available_rings_are_faults_and_nothing_else() throws AccessFault {
        int served = 0;
        for (int seed = 0; seed < RINGS; seed++) {
            Random random = new Random(seed);
            breakRing(random);
            served += server.serve(random, features(random));
        }

        assertThat(served).isPositive();
        assertThat(seen)
                .contains(
                        RingFault.Kind.RING_OUTSIDE_MEMORY,
                        RingFault.Kind.INDEX_JUMP,
                        RingFault.Kind.DESCRIPTOR_OUT_OF_RANGE,
                        RingFault.Kind.CHAIN_LOOP,
                        RingFault.Kind.READABLE_AFTER_WRITABLE,
                        RingFault.Kind.BAD_INDIRECT,
                        RingFault.Kind.BAD_INDIRECT_LENGTH,
                        RingFault.Kind.CHAIN_TOO_LARGE,
                        RingFault.Kind.EMPTY_CHAIN);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void noise_is_faults_and_nothing_else(int seed) throws AccessFault {
        Random random = new Random(seed);
        byte[] noise = new byte[MEMORY_SIZE];
        for (int round = 0; round < 50; round++) {
            random.nextBytes(noise);
            rig.access.write(BASE, ByteBuffer.wrap(noise));
            rig.availableIndex(random.nextInt(SIZE + 2));
            server.serve(random, RingFeatures.SUPPORTED);
        }
    }

    @Test
    void rings_that_change_meanwhile_are_faults_and_nothing_else() throws AccessFault {
        int served = 0;
        for (int seed = 0; seed < RINGS / 4; seed++) {
            Random random = new Random(seed);
            server.disturb(() -> {});
            breakRing(random);
            server.disturb(() -> {
                long area = rig.addresses.descriptorArea();
                rig.access.putShort(area + 2 * random.nextInt(SIZE * 8), (short) random.nextInt(0x10000));
            });
            served += server.serve(random, RingFeatures.SUPPORTED);
        }

        assertThat(served).isPositive();
    }

    @Test
    void broken_used_rings_are_faults_and_nothing_else() throws Exception {
        int polled = 0;
        for (int seed = 0; seed < RINGS; seed++) {
            Random random = new Random(seed);
            rig.availableIndex(0).usedIndex(0);
            try {
                polled += drive(random);
            } catch (RingFault fault) {
                seen.add(fault.kind());
            }
        }

        assertThat(polled).isPositive();
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        RingFault.Kind.INDEX_JUMP,
                        RingFault.Kind.UNKNOWN_USED_ID,
                        RingFault.Kind.USED_LENGTH_TOO_LARGE);
    }

    /** Writes a ring whose fields are right most of the time, so that every depth is reached. */
    private void breakRing(Random random) throws AccessFault {
        for (int i = 0; i < SIZE; i++) {
            rig.descriptor(i, address(random), length(random), flags(random), next(random, i));
            rig.tableEntry(TABLE, i, address(random), length(random), flags(random), next(random, i));
        }
        rig.availableIndex(0);
        for (int i = 0; i < SIZE; i++) {
            rig.offer(random.nextInt(20) == 0 ? random.nextInt(0x10000) : random.nextInt(SIZE));
        }
        rig.availableIndex(random.nextInt(20) == 0 ? random.nextInt(0x10000) : random.nextInt(SIZE + 1));
    }

    private static long features(Random random) {
        long order = random.nextBoolean() ? RingFeatures.IN_ORDER : 0;
        return order | (random.nextBoolean() ? RingFeatures.SUPPORTED : 0);
    }

    private static long address(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextLong();
            case 1 -> -random.nextInt(64);
            case 2 -> BASE + MEMORY_SIZE - random.nextInt(64);
            case 3, 4 -> TABLE;
            default -> BUFFERS + random.nextInt(0x1000);
        };
    }

    private static long length(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextInt();
            case 1, 2 -> 0;
            case 3, 4, 5 -> 16 * (1 + random.nextInt(SIZE + 4));
            default -> random.nextInt(100);
        };
    }

    private static int flags(Random random) {
        return random.nextInt(16) == 0 ? random.nextInt(0x10000) : random.nextInt(4) | (random.nextInt(8) == 0 ? 4 : 0);
    }

    private static int next(Random random, int index) {
        return switch (random.nextInt(10)) {
            case 0 -> random.nextInt(0x10000);
            case 1, 2 -> random.nextInt(SIZE + 1);
            default -> index + 1;
        };
    }

    /** Drives a ring whose device answers at random until the first fault. */
    private int drive(Random random) throws RingFault, AccessFault {
        DriverQueue queue =
                Virtqueues.openDriver(rig.addresses, random.nextBoolean() ? RingFeatures.IN_ORDER : 0, server.counted);
        int used = 0;
        int polled = 0;
        for (int round = 0; round < 50; round++) {
            int id = queue.add(new long[] {BUFFERS, 16, BUFFERS + 16, 16}, 1);
            queue.publish();
            queue.kickWanted();
            long answer = random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(20) == 0 ? 0 : id;
            rig.used(used++ % SIZE, answer, random.nextInt(40) == 0 ? random.nextInt() : random.nextInt(17));
            rig.usedIndex(random.nextInt(40) == 0 ? random.nextInt(0x10000) : used);
            while (queue.poll() >= 0) {
                polled++;
            }
            queue.enableInterrupts();
        }
        return polled;
    }
}
