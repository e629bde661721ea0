// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.rings;

import java.nio.ByteBuffer;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.Window;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.Virtqueues;

/** A driver that keeps as many requests under way as its ring holds. */
final class JavaDriver {
    private final MemoryAccess memory;
    private final DriverQueue queue;
    private final long[] freeBuffers;
    private final long[] bufferOf;
    private final long[] pairs;
    private final int[] ids;
    private final long[] lengths;
    private Window window;
    private int free;
    private long sum;
    private long kicks;

    JavaDriver(MemoryAccess memory, QueueAddresses addresses, boolean packed, int batch) throws RingFault {
        pairs = new long[4 * batch];
        ids = new int[batch];
        lengths = new long[batch];
        this.memory = memory;
        this.queue = Virtqueues.openDriver(addresses, RingMemory.features(packed), memory);
        this.free = addresses.size() / 2;
        this.freeBuffers = new long[free];
        this.bufferOf = new long[addresses.size()];
        for (int i = 0; i < free; i++) {
            freeBuffers[i] = RingMemory.BUFFERS + (long) (free - 1 - i) * RingMemory.BUFFER;
        }
    }

    /** Makes up to a batch of requests available at once; returns how many. */
    int add(long number) throws RingFault, AccessFault {
        int added;
        memory.enter();
        try {
            added = ids.length == 1 ? addOne(number) : addMany(number);
            kicks += added > 0 && queue.flush() ? 1 : 0;
        } finally {
            memory.exit();
        }
        return added;
    }

    private int addOne(long number) throws RingFault, AccessFault {
        if (free == 0) {
            return 0;
        }
        long buffer = freeBuffers[--free];
        Window window = window();
        fill(window.bytes(), at(window, buffer), number);
        int id = queue.addPair(buffer, RingMemory.REQUEST, buffer + RingMemory.ANSWER, RingMemory.ANSWER_SIZE);
        bufferOf[id] = buffer;
        return 1;
    }

    private int addMany(long number) throws RingFault, AccessFault {
        Window window = window();
        ByteBuffer bytes = window.bytes();
        int count = Math.min(ids.length, free);
        for (int i = 0; i < count; i++) {
            long buffer = freeBuffers[free - 1 - i];
            fill(bytes, at(window, buffer), number + i);
            pairs[4 * i] = buffer;
            pairs[4 * i + 1] = RingMemory.REQUEST;
            pairs[4 * i + 2] = buffer + RingMemory.ANSWER;
            pairs[4 * i + 3] = RingMemory.ANSWER_SIZE;
        }
        int added = queue.addPairs(pairs, count, ids);
        for (int i = 0; i < added; i++) {
            bufferOf[ids[i]] = freeBuffers[--free];
        }
        return added;
    }

    /** Takes up to a batch of answers; returns how many. */
    int poll() throws RingFault, AccessFault {
        memory.enter();
        try {
            return ids.length == 1 ? pollOne() : pollMany();
        } finally {
            memory.exit();
        }
    }

    private int pollOne() throws RingFault, AccessFault {
        int id = queue.poll();
        if (id < 0) {
            return 0;
        }
        long buffer = bufferOf[id];
        Window window = window();
        sum += window.bytes().getInt(at(window, buffer) + RingMemory.ANSWER);
        freeBuffers[free++] = buffer;
        return 1;
    }

    private int pollMany() throws RingFault, AccessFault {
        Window window = window();
        ByteBuffer bytes = window.bytes();
        int polled = queue.poll(ids, lengths);
        for (int i = 0; i < polled; i++) {
            long buffer = bufferOf[ids[i]];
            sum += bytes.getInt(at(window, buffer) + RingMemory.ANSWER);
            freeBuffers[free++] = buffer;
        }
        return polled;
    }

    private static void fill(ByteBuffer bytes, int at, long number) {
        bytes.putLong(at, number);
        bytes.putLong(at + 8, 1);
        bytes.putLong(at + 16, 2);
        bytes.putLong(at + 24, 3);
        bytes.putInt(at + 32, 4);
    }

    /** Where the window has a buffer. */
    private static int at(Window window, long buffer) throws AccessFault {
        if (!window.holds(buffer, RingMemory.BUFFER)) {
            throw new AccessFault(AccessFault.Reason.OUTSIDE_MEMORY, buffer);
        }
        return window.offset(buffer);
    }

    /** The window that holds the buffers, inside a bracket. */
    private Window window() throws AccessFault {
        if (window == null || window.view() != memory.view()) {
            window = memory.window(RingMemory.BUFFERS, MemoryAccess.Direction.WRITE);
            if (window == null) {
                throw new AccessFault(AccessFault.Reason.OUTSIDE_MEMORY, RingMemory.BUFFERS);
            }
        }
        return window;
    }

    /** Of all answers and kicks, so that nothing is left out. */
    long sum() {
        return sum + kicks;
    }
}
