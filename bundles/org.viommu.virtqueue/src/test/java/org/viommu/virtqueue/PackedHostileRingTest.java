// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.MemoryRig.BASE;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;
import static org.viommu.virtqueue.MemoryRig.MEMORY_SIZE;
import static org.viommu.virtqueue.PackedRig.AVAILABLE_1;
import static org.viommu.virtqueue.PackedRig.INDIRECT;
import static org.viommu.virtqueue.PackedRig.USED_0;
import static org.viommu.virtqueue.PackedRig.USED_1;
import static org.viommu.virtqueue.PackedRig.WRITE;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.AccessFault;

/** Packed rings of a peer that breaks every rule. */
class PackedHostileRingTest {
    private static final int SIZE = 13;
    private static final int RINGS = 4_000;
    private static final long TABLE = BUFFERS + 0x8_0000;
    private static final long ALL = RingFeatures.SUPPORTED | RingFeatures.PACKED;

    private final PackedRig rig = new PackedRig(SIZE);
    private final HostileServer server = new HostileServer(rig);

    @Test
    void broken_available_descriptors_are_faults_and_nothing_else() throws AccessFault {
        int served = 0;
        for (int seed = 0; seed < RINGS; seed++) {
            Random random = new Random(seed);
            breakRing(random);
            served += server.serve(random, features(random));
        }

        assertThat(served).isPositive();
        assertThat(server.seen)
                .contains(
                        RingFault.Kind.RING_OUTSIDE_MEMORY,
                        RingFault.Kind.DESCRIPTOR_NOT_AVAILABLE,
                        RingFault.Kind.CHAIN_LOOP,
                        RingFault.Kind.READABLE_AFTER_WRITABLE,
                        RingFault.Kind.BAD_INDIRECT,
                        RingFault.Kind.BAD_INDIRECT_LENGTH,
                        RingFault.Kind.CHAIN_TOO_LARGE,
                        RingFault.Kind.EMPTY_CHAIN);
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
            served += server.serve(random, ALL);
        }

        assertThat(served).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void noise_is_faults_and_nothing_else(int seed) throws AccessFault {
        Random random = new Random(seed);
        byte[] noise = new byte[MEMORY_SIZE];
        for (int round = 0; round < 50; round++) {
            random.nextBytes(noise);
            rig.access.write(BASE, ByteBuffer.wrap(noise));
            server.serve(random, ALL);
        }
    }

    @Test
    void broken_used_descriptors_are_faults_and_nothing_else() throws Exception {
        int polled = 0;
        for (int seed = 0; seed < RINGS; seed++) {
            Random random = new Random(seed);
            rig.access.write(
                    rig.addresses.descriptorArea(), ByteBuffer.allocate(PackedLayout.descriptorRingSize(SIZE)));
            try {
                polled += drive(random);
            } catch (RingFault fault) {
                server.seen.add(fault.kind());
            }
        }

        assertThat(polled).isPositive();
        assertThat(server.seen)
                .containsExactlyInAnyOrder(RingFault.Kind.UNKNOWN_USED_ID, RingFault.Kind.USED_LENGTH_TOO_LARGE);
    }

    /** Writes a ring whose fields are right most of the time, so that every depth is reached. */
    private void breakRing(Random random) throws AccessFault {
        for (int i = 0; i < SIZE; i++) {
            rig.descriptor(i, address(random), length(random), random.nextInt(0x10000), flags(random));
            rig.tableEntry(TABLE, i, address(random), length(random), 0, flags(random));
        }
        if (random.nextInt(10) == 0) {
            for (int i = 0; i < SIZE; i++) {
                rig.descriptor(i, BUFFERS, random.nextInt(2), i, AVAILABLE_1 | PackedRig.NEXT);
            }
        }
    }

    private static long features(Random random) {
        long order = random.nextBoolean() ? RingFeatures.IN_ORDER : 0;
        return order | (random.nextBoolean() ? ALL : RingFeatures.PACKED);
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
        int mark = random.nextInt(20) == 0 ? random.nextInt(0x10000) : AVAILABLE_1;
        return mark | random.nextInt(4) | (random.nextInt(8) == 0 ? INDIRECT : 0);
    }

    /** Drives a ring whose device answers at random until the first fault. */
    private int drive(Random random) throws RingFault, AccessFault {
        long order = random.nextBoolean() ? RingFeatures.IN_ORDER : 0;
        DriverQueue queue = Virtqueues.openDriver(rig.addresses, RingFeatures.PACKED | order, server.counted);
        int polled = 0;
        for (int round = 0; round < 50; round++) {
            int slot = 2 * round % SIZE;
            int id = queue.add(new long[] {BUFFERS, 16, BUFFERS + 16, 16}, 1);
            queue.publish();
            queue.kickWanted();
            int answer = random.nextInt(20) == 0 ? random.nextInt(0x10000) : id;
            long length = random.nextInt(40) == 0 ? random.nextInt() : random.nextInt(17);
            int mark = random.nextInt(40) == 0 ? random.nextInt(0x10000) : 2 * round / SIZE % 2 == 0 ? USED_1 : USED_0;
            rig.used(slot, length, answer, mark | (random.nextBoolean() ? WRITE : 0));
            while (queue.poll() >= 0) {
                polled++;
            }
            if (queue.free() < 2) {
                return polled;
            }
            queue.enableInterrupts();
        }
        return polled;
    }
}
