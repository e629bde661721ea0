// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.rings;

import java.nio.ByteBuffer;
import java.util.List;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFeatures;

/** A guest's memory with one ring and the buffers of its requests. */
final class RingMemory {
    static final long START = 0x1_0000_0000L;
    static final int SIZE = 1 << 23;
    static final long BUFFERS = START + 0x20_0000;

    /** Bytes from one request to the next. */
    static final int BUFFER = 64;

    /** Bytes that the driver sends with a request: four long values and an int. */
    static final int REQUEST = 36;

    /** Where the answer lies behind the beginning of a request. */
    static final int ANSWER = 48;

    /** Bytes of an answer. */
    static final int ANSWER_SIZE = 4;

    private static final long DESCRIPTORS = START;
    private static final long DRIVER = START + 0x10_0000;
    private static final long DEVICE = START + 0x18_0000;
    private static final int ALIGNMENT = 4096;

    private final ByteBuffer window =
            ByteBuffer.allocateDirect(SIZE + ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, SIZE);
    private final GuestMemory memory = new GuestMemory();

    RingMemory() {
        memory.add(new MemoryRegion(START, START + SIZE - 1, true, List.of(window)));
    }

    ByteBuffer window() {
        return window;
    }

    MemoryAccess open() {
        return memory.open();
    }

    static QueueAddresses addresses(int size) {
        return new QueueAddresses(size, DESCRIPTORS, DRIVER, DEVICE);
    }

    static long features(boolean packed) {
        return RingFeatures.SUPPORTED | (packed ? RingFeatures.PACKED : 0);
    }
}
