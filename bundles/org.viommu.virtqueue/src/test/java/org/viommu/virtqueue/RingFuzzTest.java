// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;

/**
 * Lays bytes over rings of both layouts and serves them from both sides: whatever the bytes, nothing comes out but the
 * two declared faults, and no more chains than the queue has entries. The Maven profile {@code fuzz} has a
 * coverage-guided fuzzer choose the bytes.
 */
public class RingFuzzTest {
    private static final int MAX_SIZE = 16;
    private static final int MEMORY_SIZE = 0x1_0000;
    private static final int DESCRIPTORS = 0x1000;
    private static final int DRIVER = 0x2000;
    private static final int DEVICE = 0x3000;
    private static final int TABLE = 0x4000;
    private static final long[] FEATURES = {
        RingFeatures.PACKED, RingFeatures.INDIRECT_DESC, RingFeatures.EVENT_IDX, RingFeatures.IN_ORDER
    };

    private static final byte[] ZEROS = new byte[MEMORY_SIZE];

    /** Serves one input after the other: native memory for each would be dear. */
    private static final RingFuzzTest FUZZED = new RingFuzzTest();

    private final GuestMemory memory = new GuestMemory();
    private final MemoryAccess access = memory.open();
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(MEMORY_SIZE);
    private final Chain chain = new Chain();
    private int served;

    /** Creates memory at address 0, so that few bytes make an address that exists. */
    public RingFuzzTest() {
        memory.replace(List.of(new MemoryRegion(0, MEMORY_SIZE - 1, true, List.of(bytes))));
    }

    /**
     * Called by the fuzzer.
     *
     * @param input features, size, and what the areas hold
     */
    public static void fuzzerTestOneInput(byte[] input) {
        FUZZED.play(input);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void bytes_over_rings_are_faults_and_nothing_else(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] input = new byte[random.nextInt(600)];
            random.nextBytes(input);
            for (int at = 2; at < input.length; at++) {
                input[at] = random.nextInt(3) > 0 ? 0 : input[at];
            }
            play(input);
        }
    }

    private void play(byte[] input) {
        bytes.put(0, ZEROS);
        ByteBuffer rest = ByteBuffer.wrap(input);
        int bits = next(rest);
        long features = 0;
        for (int i = 0; i < FEATURES.length; i++) {
            features |= (bits >> i & 1) != 0 ? FEATURES[i] : 0;
        }
        int size = 1 + next(rest) % MAX_SIZE;
        if ((features & RingFeatures.PACKED) == 0) {
            size = Integer.highestOneBit(size);
        }
        QueueAddresses addresses = new QueueAddresses(size, DESCRIPTORS, DRIVER, DEVICE);
        try {
            if ((bits & 0x80) == 0) {
                serve(addresses, features, (bits & 0x40) != 0, rest);
            } else {
                drive(addresses, features, (bits & 0x40) != 0, rest);
            }
        } catch (RingFault fault) {
            Objects.requireNonNull(fault.kind());
        }
    }

    private void serve(QueueAddresses addresses, long features, boolean inBatches, ByteBuffer rest) throws RingFault {
        lay(rest, DRIVER, SplitLayout.availableRingSize(addresses.size()));
        lay(rest, DESCRIPTORS, SplitLayout.descriptorTableSize(addresses.size()));
        lay(rest, TABLE, MEMORY_SIZE - TABLE);
        DeviceQueue queue = Virtqueues.openDevice(addresses, features, access);
        served = 0;
        if (inBatches) {
            while (queue.serve(chain, 3, each -> answer(each, addresses)) > 0) {
                queue.available();
            }
        } else {
            while (queue.pop(chain)) {
                queue.push(chain, answer(chain, addresses));
            }
        }
        queue.publish();
        queue.interruptWanted();
        queue.suppressKicks();
        queue.enableKicks();
    }

    private int answer(Chain chain, QueueAddresses addresses) {
        served++;
        if (served > addresses.size()) {
            throw new AssertionError("more chains than the queue has entries");
        }
        long written = Math.min(chain.writableLength(), served);
        try {
            if (chain.readableLength() > 0) {
                chain.readByte(chain.readableLength() - 1);
            }
            if (written > 0) {
                chain.writeByte(written - 1, (byte) served);
            }
        } catch (AccessFault fault) {
            written = 0;
        }
        return (int) written;
    }

    private void drive(QueueAddresses addresses, long features, boolean inBatches, ByteBuffer rest) throws RingFault {
        DriverQueue queue = Virtqueues.openDriver(addresses, features, access);
        int added = 0;
        while (queue.add(new long[] {TABLE, 8}, added & 1) >= 0) {
            added++;
        }
        queue.publish();
        lay(rest, DEVICE, SplitLayout.usedRingSize(addresses.size()));
        lay(rest, DESCRIPTORS, SplitLayout.descriptorTableSize(addresses.size()));
        queue.kickWanted();
        if (inBatches) {
            int[] ids = new int[3];
            long[] lengths = new long[3];
            for (int count = queue.poll(ids, lengths); count > 0; count = queue.poll(ids, lengths)) {
                for (int i = 0; i < count; i++) {
                    believe(--added, lengths[i]);
                }
            }
        } else {
            for (int id = queue.poll(); id >= 0; id = queue.poll()) {
                believe(--added, queue.usedLength());
            }
        }
        queue.enableInterrupts();
    }

    private static void believe(int left, long length) {
        if (left < 0 || length > 8) {
            throw new AssertionError("the driver believes what cannot be");
        }
    }

    private static int next(ByteBuffer rest) {
        return rest.hasRemaining() ? rest.get() & 0xff : 0;
    }

    /** Writes what is left over an area, as far as it reaches. */
    private void lay(ByteBuffer rest, int at, int length) {
        int count = Math.min(length, rest.remaining());
        bytes.put(at, rest, rest.position(), count);
        rest.position(rest.position() + count);
    }
}
