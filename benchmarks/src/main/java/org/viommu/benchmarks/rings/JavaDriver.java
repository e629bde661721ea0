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
    private Window window;
    private int free;
    private long sum;
    private long kicks;

    JavaDriver(MemoryAccess memory, QueueAddresses addresses, boolean packed) throws RingFault {
        this.memory = memory;
        this.queue = Virtqueues.openDriver(addresses, RingMemory.features(packed), memory);
        this.free = addresses.size() / 2;
        this.freeBuffers = new long[free];
        this.bufferOf = new long[addresses.size()];
        for (int i = 0; i < free; i++) {
            freeBuffers[i] = RingMemory.BUFFERS + (long) (free - 1 - i) * RingMemory.BUFFER;
        }
    }

    /** Makes up to {@code batch} requests available at once; returns how many. */
    int add(int batch, long number) throws RingFault, AccessFault {
        int added = 0;
        memory.enter();
        try {
            for (; added < batch && free > 0; added++) {
                long buffer = freeBuffers[--free];
                fill(buffer, number + added);
                int id = queue.addPair(buffer, RingMemory.REQUEST, buffer + RingMemory.ANSWER, RingMemory.ANSWER_SIZE);
                bufferOf[id] = buffer;
            }
            if (added > 0) {
                queue.publish();
                kicks += queue.kickWanted() ? 1 : 0;
            }
        } finally {
            memory.exit();
        }
        return added;
    }

    /** Takes up to {@code batch} answers; returns how many. */
    int poll(int batch) throws RingFault, AccessFault {
        int polled = 0;
        memory.enter();
        try {
            for (; polled < batch; polled++) {
                int id = queue.poll();
                if (id < 0) {
                    break;
                }
                long buffer = bufferOf[id];
                sum += answer(buffer);
                freeBuffers[free++] = buffer;
            }
        } finally {
            memory.exit();
        }
        return polled;
    }

    private void fill(long buffer, long number) throws AccessFault {
        Window window = window(buffer);
        int at = window.offset(buffer);
        ByteBuffer bytes = window.bytes();
        bytes.putLong(at, number);
        bytes.putLong(at + 8, 1);
        bytes.putLong(at + 16, 2);
        bytes.putLong(at + 24, 3);
        bytes.putInt(at + 32, 4);
    }

    private int answer(long buffer) throws AccessFault {
        Window window = window(buffer);
        return window.bytes().getInt(window.offset(buffer) + RingMemory.ANSWER);
    }

    /** The window that holds a buffer. */
    private Window window(long buffer) throws AccessFault {
        Window present = window;
        if (present == null || present.view() != memory.view() || !present.holds(buffer, RingMemory.BUFFER)) {
            present = memory.window(buffer, MemoryAccess.Direction.WRITE);
            if (present == null || !present.holds(buffer, RingMemory.BUFFER)) {
                throw new AccessFault(AccessFault.Reason.OUTSIDE_MEMORY, buffer);
            }
            window = present;
        }
        return present;
    }

    /** Of all answers and kicks, so that nothing is left out. */
    long sum() {
        return sum + kicks;
    }
}
