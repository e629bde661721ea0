// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.RingRig.BASE;
import static org.viommu.virtqueue.RingRig.BUFFERS;
import static org.viommu.virtqueue.RingRig.MEMORY_SIZE;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;

/**
 * Rings of a peer that breaks every rule: nothing but the two declared faults comes out, and no call takes more than a
 * bounded number of steps.
 */
class HostileRingTest {
    private static final int SIZE = 16;
    private static final int RINGS = 4_000;
    private static final long TABLE = BUFFERS + 0x8_0000;

    private final RingRig rig = new RingRig(SIZE);
    private final Set<RingFault.Kind> seen = EnumSet.noneOf(RingFault.Kind.class);
    private final ByteBuffer scratch = ByteBuffer.allocate(64);
    private long steps;

    /** Memory that counts the steps taken in it. */
    private final MemoryAccess counted = (MemoryAccess) Proxy.newProxyInstance(
            MemoryAccess.class.getClassLoader(), new Class<?>[] {MemoryAccess.class}, (proxy, method, arguments) -> {
                steps++;
                try {
                    return method.invoke(rig.access, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });

    @Test
    void broken_available_rings_are_faults_and_nothing_else() throws AccessFault {
        int served = 0;
        for (int seed = 0; seed < RINGS; seed++) {
            Random random = new Random(seed);
            breakRing(random);
            served += serve(random, random.nextBoolean() ? RingFeatures.SUPPORTED : 0);
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
            serve(random, RingFeatures.SUPPORTED);
        }
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

    /** Serves the ring to its end or first fault; returns how many chains came out. */
    private int serve(Random random, long features) {
        int served = 0;
        try {
            DeviceQueue queue = Virtqueues.openDevice(rig.addresses, features, counted);
            Chain chain = new Chain();
            queue.suppressKicks();
            while (pop(queue, chain)) {
                touch(chain, random);
                queue.push(chain, (int) Math.min(chain.writableLength(), random.nextInt(64)));
                served++;
            }
            queue.publish();
            queue.interruptWanted();
            queue.enableKicks();
        } catch (RingFault fault) {
            assertThat(fault.getMessage()).contains(fault.kind().name());
            seen.add(fault.kind());
        }
        assertThat(served).isLessThanOrEqualTo(SIZE);
        return served;
    }

    private boolean pop(DeviceQueue queue, Chain chain) throws RingFault {
        steps = 0;
        try {
            return queue.pop(chain);
        } finally {
            // Two words for each piece and for the table's descriptor, the index, the head, and the bracket.
            assertThat(steps).isLessThanOrEqualTo(2 * SIZE + 2 + 4);
        }
    }

    private void touch(Chain chain, Random random) {
        for (int i = 0; i < 4; i++) {
            try {
                touchAt(chain, random.nextInt(5), random);
            } catch (AccessFault fault) {
                assertThat(fault.reason()).isNotNull();
            }
        }
    }

    private void touchAt(Chain chain, int how, Random random) throws AccessFault {
        long readable = chain.readableLength();
        long writable = chain.writableLength();
        if (how == 0 && readable >= 8) {
            chain.readLong((long) (random.nextDouble() * (readable - 8)));
        } else if (how == 1 && readable >= 64) {
            chain.read((long) (random.nextDouble() * (readable - 64)), scratch.clear());
        } else if (how == 2 && writable >= 4) {
            chain.writeInt((long) (random.nextDouble() * (writable - 4)), -1);
        } else if (how == 3 && writable >= 64) {
            chain.write((long) (random.nextDouble() * (writable - 64)), scratch.clear());
        } else if (how == 4) {
            chain.visitWritable(0, Math.min(writable, 100), (piece, offset) -> {});
        }
    }

    /** Drives a ring whose device answers at random until the first fault. */
    private int drive(Random random) throws RingFault, AccessFault {
        DriverQueue queue = Virtqueues.openDriver(rig.addresses, 0, counted);
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
