// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.AccessFault.Reason;
import org.viommu.memory.MemoryAccess.Direction;

/**
 * Random operations, many of them at the edges of regions and of the address space, against a model that looks at each
 * byte by itself.
 */
class AccessModelTest {
    private static final int ROUNDS = 20_000;

    private final Map<Long, Byte> bytes = new HashMap<>();
    private final List<Long> edges = new ArrayList<>();
    private final GuestMemory memory = new GuestMemory();
    private final MemoryAccess access = memory.open();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void each_operation_agrees_with_the_bytes(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            if (round % 1_000 == 0) {
                memory.replace(randomRegions(random));
            }
            boolean burst = random.nextInt(4) == 0;
            if (burst) {
                access.enter();
            }
            step(random, address(random));
            step(random, address(random));
            if (burst) {
                access.exit();
            }
        }
    }

    private List<MemoryRegion> randomRegions(Random random) {
        bytes.clear();
        edges.clear();
        List<MemoryRegion> regions = new ArrayList<>();
        long start = random.nextInt(4) * 8L;
        for (int i = 0; i < 12; i++) {
            int size = 8 * (1 + random.nextInt(20));
            if (i == 11) {
                start = -size;
            } else if (i == 6) {
                start = Long.MAX_VALUE - 15;
            }
            regions.add(
                    switch (random.nextInt(4)) {
                        case 0 -> MemoryRegion.notMappable(start, start + size - 1);
                        case 1 -> Windows.readOnly(start, Windows.window(size));
                        default -> Windows.writable(start, size);
                    });
            edges.add(start);
            edges.add(start + size);
            start += size + 8L * Math.max(0, random.nextInt(6) - 2);
        }
        return regions;
    }

    private long address(Random random) {
        return edges.get(random.nextInt(edges.size())) + random.nextInt(64) - 32;
    }

    private void step(Random random, long address) {
        long value = random.nextLong();
        int length = random.nextInt(100);
        switch (random.nextInt(9)) {
            case 0 -> expect(() -> access.getByte(address) & 0xffL, address, 1);
            case 1 -> expect(() -> access.getShort(address) & 0xffffL, address, 2);
            case 2 -> expect(() -> access.getInt(address) & 0xffff_ffffL, address, 4);
            case 3 -> expect(() -> access.getLong(address), address, 8);
            case 4 -> expectWritten(() -> access.putByte(address, (byte) value), address, 1, value);
            case 5 -> expectWritten(() -> access.putShort(address, (short) value), address, 2, value);
            case 6 -> expectWritten(() -> access.putInt(address, (int) value), address, 4, value);
            case 7 -> expectWritten(() -> access.putLong(address, value), address, 8, value);
            default -> expectCopied(address, length);
        }
    }

    private void expect(Read read, long address, int length) {
        AccessFault expected = refusal(address, length, Direction.READ);
        try {
            long value = read.get();
            assertThat(expected).isNull();
            for (int i = 0; i < length; i++) {
                assertThat((byte) (value >>> 8 * i)).isEqualTo(bytes.getOrDefault(address + i, (byte) 0));
            }
        } catch (AccessFault fault) {
            expectFault(fault, expected);
        }
    }

    private void expectWritten(Write write, long address, int length, long value) {
        AccessFault expected = refusal(address, length, Direction.WRITE);
        try {
            write.put();
            assertThat(expected).isNull();
        } catch (AccessFault fault) {
            expectFault(fault, expected);
        }
        for (int i = 0; i < length && (expected == null || address + i != expected.address()); i++) {
            bytes.put(address + i, (byte) (value >>> 8 * i));
        }
    }

    private void expectCopied(long address, int length) {
        AccessFault expected = refusal(address, length, Direction.READ);
        ByteBuffer target = ByteBuffer.allocate(length);
        try {
            access.read(address, target);
            assertThat(expected).isNull();
        } catch (AccessFault fault) {
            expectFault(fault, expected);
        }
        assertThat(target.position()).isEqualTo(expected == null ? length : (int) (expected.address() - address));
        for (int i = 0; i < target.position(); i++) {
            assertThat(target.get(i)).isEqualTo(bytes.getOrDefault(address + i, (byte) 0));
        }
    }

    private static void expectFault(AccessFault fault, AccessFault expected) {
        assertThat(expected).isNotNull();
        assertThat(fault.getMessage()).isEqualTo(expected.getMessage());
    }

    private AccessFault refusal(long address, int length, Direction direction) {
        if (length > 0 && Long.compareUnsigned(address + length - 1, address) < 0) {
            return new AccessFault(Reason.OUTSIDE_MEMORY, address);
        }
        for (int i = 0; i < length; i++) {
            Reason reason = reason(address + i, direction);
            if (reason != null) {
                return new AccessFault(reason, address + i);
            }
        }
        return null;
    }

    private Reason reason(long address, Direction direction) {
        for (MemoryRegion region : memory.regions()) {
            if (Long.compareUnsigned(region.start(), address) <= 0
                    && Long.compareUnsigned(address, region.end()) <= 0) {
                return !region.mappable()
                        ? Reason.NOT_MAPPABLE
                        : direction == Direction.WRITE && !region.writable() ? Reason.READ_ONLY : null;
            }
        }
        return Reason.OUTSIDE_MEMORY;
    }

    private interface Read {
        long get() throws AccessFault;
    }

    private interface Write {
        void put() throws AccessFault;
    }
}
