// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.viommu.virtqueue.MemoryRig.BASE;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;
import static org.viommu.virtqueue.MemoryRig.MEMORY_SIZE;
import static org.viommu.virtqueue.MemoryRig.READ_ONLY;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;

/** Serving chains is what popping and pushing them one by one is, whether the ring lies in windows of memory or not. */
@Timeout(300)
class ServeTest {
    private static final int SIZE = 16;
    private static final int RINGS = 4_000;
    private static final long TABLE = BUFFERS + 0x8_0000;
    private static final long[] PAIR = {BUFFERS, 36, BUFFERS + 48, 4};

    private final Chain chain = new Chain();
    private int calls;

    @Test
    void split_chains_and_faults_are_those_of_single_pops() throws Exception {
        RingRig rig = new RingRig(SIZE);
        Set<RingFault.Kind> kinds = EnumSet.noneOf(RingFault.Kind.class);
        int chains = 0;
        for (int seed = 0; seed < RINGS; seed++) {
            breakSplit(rig, new Random(seed));
            chains += compare(rig, RingFeatures.SUPPORTED, seed, kinds);
        }
        assertThat(chains).isGreaterThan(RINGS);
        assertThat(kinds)
                .contains(
                        RingFault.Kind.RING_OUTSIDE_MEMORY,
                        RingFault.Kind.INDEX_JUMP,
                        RingFault.Kind.DESCRIPTOR_OUT_OF_RANGE,
                        RingFault.Kind.CHAIN_LOOP,
                        RingFault.Kind.READABLE_AFTER_WRITABLE,
                        RingFault.Kind.BAD_INDIRECT_LENGTH,
                        RingFault.Kind.CHAIN_TOO_LARGE,
                        RingFault.Kind.EMPTY_CHAIN);
    }

    @Test
    void packed_chains_and_faults_are_those_of_single_pops() throws Exception {
        PackedRig rig = new PackedRig(SIZE);
        Set<RingFault.Kind> kinds = EnumSet.noneOf(RingFault.Kind.class);
        int chains = 0;
        for (int seed = 0; seed < RINGS; seed++) {
            breakPacked(rig, new Random(seed));
            chains += compare(rig, RingFeatures.SUPPORTED | RingFeatures.PACKED, seed, kinds);
        }
        assertThat(chains).isGreaterThan(RINGS);
        assertThat(kinds)
                .contains(
                        RingFault.Kind.DESCRIPTOR_NOT_AVAILABLE,
                        RingFault.Kind.CHAIN_LOOP,
                        RingFault.Kind.READABLE_AFTER_WRITABLE,
                        RingFault.Kind.BAD_INDIRECT_LENGTH,
                        RingFault.Kind.EMPTY_CHAIN);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED, RingFeatures.IN_ORDER, RingFeatures.PACKED | RingFeatures.IN_ORDER})
    void batches_of_any_size_lose_and_repeat_nothing(long layout) throws Exception {
        // An odd size: in a packed ring the round ends within a pair.
        MemoryRig rig = new MemoryRig((layout & RingFeatures.PACKED) != 0 ? 11 : 8);
        DriverQueue driver = rig.driver(layout | RingFeatures.SUPPORTED);
        DeviceQueue device = rig.device(layout | RingFeatures.SUPPORTED);
        Random random = new Random(layout);
        long asked = 0;
        long answered = 0;
        for (int round = 0; round < 3_000; round++) {
            long[] buffers = new long[rig.addresses.size()];
            while (random.nextInt(8) > 0) {
                int id = add(rig, driver, random, asked);
                if (id < 0) {
                    break;
                }
                buffers[id] = asked++;
            }
            driver.publish();
            int limit = 1 + random.nextInt(5);
            for (int served = limit; served > 0; ) {
                served = device.serve(chain, limit, ServeTest::triple);
                assertThat(served).isLessThanOrEqualTo(limit);
                device.publish();
            }
            for (int id = driver.poll(); id >= 0; id = driver.poll()) {
                assertThat(driver.usedLength()).isEqualTo(4);
                assertThat(rig.access.getInt(BUFFERS + buffers[id] % 64 * 64 + 48))
                        .isEqualTo((int) (buffers[id] * 3));
                assertThat(buffers[id]).isEqualTo(answered++);
            }
        }
        assertThat(answered).isEqualTo(asked).isGreaterThan(3_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED, RingFeatures.IN_ORDER, RingFeatures.PACKED | RingFeatures.IN_ORDER})
    void no_more_than_the_limit_is_served(long layout) throws Exception {
        MemoryRig rig = new MemoryRig(SIZE);
        DeviceQueue device = rig.device(layout);
        DriverQueue driver = rig.driver(layout);
        for (int i = 0; i < 5; i++) {
            driver.add(PAIR, 1);
        }
        driver.publish();
        assertThat(device.serve(chain, 0, served -> 0)).isZero();
        assertThat(device.serve(chain, 2, served -> 0)).isEqualTo(2);
        assertThat(device.serve(chain, 100, served -> 0)).isEqualTo(3);
        assertThat(device.serve(chain, 100, served -> 0)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED, RingFeatures.IN_ORDER, RingFeatures.PACKED | RingFeatures.IN_ORDER})
    void more_than_a_chain_has_cannot_be_written(long layout) throws Exception {
        for (int pairs = 1; pairs < 3; pairs++) {
            MemoryRig rig = new MemoryRig(SIZE);
            DeviceQueue device = rig.device(layout);
            DriverQueue driver = rig.driver(layout);
            driver.add(PAIR, 1);
            driver.add(PAIR, 1);
            driver.publish();
            // The first chain shows where buffers are; the second is served where it lies.
            int limit = pairs;
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> device.serve(chain, 2, served -> limit == ++calls ? 5 : 4));
            calls = 0;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void chains_that_the_device_holds_are_not_given_back(long layout) throws Exception {
        MemoryRig rig = new MemoryRig(SIZE);
        DeviceQueue device = rig.device(layout);
        DriverQueue driver = rig.driver(layout);
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(driver.add(PAIR, 1));
        }
        driver.publish();
        device.serve(chain, 1, served -> 0);
        Chain held = new Chain();
        assertThat(device.pop(held)).isTrue();
        assertThat(device.serve(chain, 5, served -> 4)).isEqualTo(3);
        device.publish();
        List<Integer> back = polled(driver);
        assertThat(back).containsExactly(ids.get(0), ids.get(2), ids.get(3), ids.get(4));
        device.push(held, 0);
        device.publish();
        assertThat(polled(driver)).containsExactly(ids.get(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED, RingFeatures.IN_ORDER, RingFeatures.PACKED | RingFeatures.IN_ORDER})
    void memory_is_entered_while_a_chain_is_served(long layout) throws Exception {
        MemoryRig rig = new MemoryRig(SIZE);
        DeviceQueue device = Virtqueues.openDevice(rig.addresses, layout, rig.access);
        DriverQueue driver = rig.driver(layout);
        driver.add(PAIR, 1);
        driver.add(PAIR, 1);
        driver.publish();
        assertThat(device.serve(chain, 2, served -> {
                    assertThat(rig.access.view()).isNotZero();
                    return 0;
                }))
                .isEqualTo(2);
        assertThat(rig.access.view()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void descriptors_that_change_under_our_feet_are_faults_and_nothing_else(long layout) throws Exception {
        MemoryRig rig = new MemoryRig(SIZE);
        AtomicBoolean ends = new AtomicBoolean();
        Thread peer = new Thread(() -> scribble(rig, ends));
        peer.start();
        try {
            int served = 0;
            for (int round = 0; round < 2_000; round++) {
                DriverQueue driver = rig.driver(layout);
                DeviceQueue device = rig.device(layout);
                rig.access.putInt(rig.addresses.driverArea(), 0);
                for (int i = 0; i < SIZE / 2; i++) {
                    driver.add(PAIR, 1);
                }
                driver.publish();
                served += serveAll(device);
            }
            assertThat(served).isPositive();
        } finally {
            ends.set(true);
            peer.join();
        }
    }

    private int serveAll(DeviceQueue device) {
        int before = calls;
        try {
            while (device.serve(chain, 4, this::look) > 0 && calls - before < SIZE) {
                assertThat(calls - before).isPositive();
            }
        } catch (RingFault fault) {
            assertThat(fault.kind()).isNotNull();
        }
        return calls - before;
    }

    private int look(Chain served) {
        calls++;
        assertThat(served.readableLength() + served.writableLength()).isBetween(1L, 1L << 32);
        try {
            if (served.readableLength() >= 8) {
                served.readLong(served.readableLength() - 8);
            }
        } catch (AccessFault fault) {
            assertThat(fault.reason()).isNotNull();
        }
        return 0;
    }

    private static int triple(Chain served) {
        try {
            served.writeInt(0, (int) (served.readLong(0) * 3));
            return 4;
        } catch (AccessFault fault) {
            throw new AssertionError(fault);
        }
    }

    private static List<Integer> polled(DriverQueue driver) throws RingFault {
        List<Integer> ids = new ArrayList<>();
        for (int id = driver.poll(); id >= 0; id = driver.poll()) {
            ids.add(id);
        }
        return ids;
    }

    private static void scribble(MemoryRig rig, AtomicBoolean ends) {
        MemoryAccess access = rig.memory.open();
        Random random = new Random(1);
        try {
            while (!ends.get()) {
                long at = rig.addresses.descriptorArea() + 2L * random.nextInt(8 * SIZE);
                access.putShort(at, (short) (random.nextBoolean() ? random.nextInt(0x10000) : random.nextInt(8)));
                Thread.onSpinWait();
            }
        } catch (AccessFault fault) {
            throw new AssertionError(fault);
        } finally {
            access.close();
        }
    }

    private static int add(MemoryRig rig, DriverQueue driver, Random random, long number) throws Exception {
        long buffer = BUFFERS + number % 64 * 64;
        rig.access.putLong(buffer, number);
        return switch (random.nextInt(4)) {
            // Cut elsewhere, and in a table: not the usual pair.
            case 0 -> driver.add(new long[] {buffer, 4, buffer + 4, 32, buffer + 48, 1, buffer + 49, 3}, 2);
            case 1 -> driver.addIndirect(new long[] {buffer, 36, buffer + 48, 4}, 1, TABLE + number % 64 * 64);
            default -> driver.add(new long[] {buffer, 36, buffer + 48, 4}, 1);
        };
    }

    /** Pops everything one by one without windows, and serves it with them; returns how many chains were compared. */
    private int compare(MemoryRig rig, long features, int seed, Set<RingFault.Kind> kinds) throws RingFault {
        List<String> single = new ArrayList<>();
        List<String> served = new ArrayList<>();
        RingFault.Kind expected = null;
        RingFault.Kind found = null;
        try {
            DeviceQueue queue = Virtqueues.openDevice(rig.addresses, features, WithoutWindows.of(rig.access));
            while (queue.pop(chain)) {
                single.add(describe(chain));
            }
        } catch (RingFault fault) {
            expected = fault.kind();
            kinds.add(expected);
        }
        ChainServer server = each -> {
            served.add(describe(each));
            return 0;
        };
        try (MemoryAccess access = rig.memory.open()) {
            DeviceQueue queue = Virtqueues.openDevice(rig.addresses, features, access);
            boolean within = seed % 2 == 0;
            if (within) {
                access.enter();
            }
            try {
                for (int count = 1; count > 0; ) {
                    count = queue.serve(chain, 1 + seed % 5, server);
                }
            } finally {
                if (within) {
                    access.exit();
                }
            }
        } catch (RingFault fault) {
            found = fault.kind();
        }
        assertThat(found).as("fault of ring %d", seed).isEqualTo(expected);
        assertThat(served).as("chains of ring %d", seed).isEqualTo(single);
        return served.size();
    }

    private static String describe(Chain chain) {
        String ends = chain.id() + " " + chain.readableLength() + " " + chain.writableLength();
        try {
            if (chain.readableLength() >= 8) {
                ends += " " + chain.readLong(0) + " " + chain.readLong(chain.readableLength() - 8);
            }
            return ends;
        } catch (AccessFault fault) {
            return ends + " " + fault.getMessage();
        }
    }

    private static void breakSplit(RingRig rig, Random random) throws AccessFault {
        for (int i = 0; i < SIZE; i++) {
            boolean first = i % 2 == 0;
            int flags = random.nextInt(12) == 0 ? random.nextInt(8) : first ? RingRig.NEXT : RingRig.WRITE;
            int next = random.nextInt(30) == 0 ? random.nextInt(SIZE + 2) : i + 1;
            rig.descriptor(i, address(random), length(random), flags, next);
            rig.tableEntry(TABLE, i, address(random), length(random), flags & ~RingRig.INDIRECT, next);
        }
        rig.availableIndex(0);
        for (int i = 0; i < SIZE; i++) {
            rig.offer(random.nextInt(40) == 0 ? random.nextInt(2 * SIZE) : random.nextInt(SIZE) & ~1);
        }
        rig.availableIndex(random.nextInt(SIZE + 2));
    }

    private static void breakPacked(PackedRig rig, Random random) throws AccessFault {
        int count = random.nextInt(SIZE + 1);
        for (int i = 0; i < SIZE; i++) {
            boolean first = i % 2 == 0;
            int kind = random.nextInt(12) == 0 ? random.nextInt(8) : first ? PackedRig.NEXT : PackedRig.WRITE;
            int mark = i < count ? PackedRig.AVAILABLE_1 : 0;
            rig.descriptor(i, address(random), length(random), random.nextInt(SIZE), kind | mark);
            rig.tableEntry(TABLE, i, address(random), length(random), 0, kind);
        }
    }

    private static long address(Random random) {
        return switch (random.nextInt(60)) {
            case 0 -> random.nextLong();
            case 1 -> Long.MAX_VALUE - random.nextInt(64) + BASE;
            case 2 -> BASE + MEMORY_SIZE - random.nextInt(64);
            case 3 -> READ_ONLY + random.nextInt(64);
            case 4, 5, 6, 7 -> TABLE;
            default -> BUFFERS + random.nextInt(0x1000);
        };
    }

    private static long length(Random random) {
        return switch (random.nextInt(40)) {
            case 0 -> random.nextInt();
            case 1 -> 0;
            case 2 -> Integer.MIN_VALUE;
            case 3, 4, 5, 6 -> 16 * (1 + random.nextInt(SIZE + 1));
            default -> 1 + random.nextInt(100);
        };
    }
}
