// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.rings;

import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainBatch;
import org.viommu.virtqueue.DeviceRing;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.Virtqueues;

/** A device as ours are: pops, serves and pushes a batch in one bracket, and publishes it at once. */
final class JavaDevice {
    private final MemoryAccess memory;
    private final DeviceRing queue;
    private final ChainBatch batch;

    /** Batches after which the driver wanted an interrupt. */
    private long interrupts;

    JavaDevice(MemoryAccess memory, QueueAddresses addresses, boolean packed, int batch) throws RingFault {
        this.batch = new ChainBatch(batch);
        this.memory = memory;
        this.queue = Virtqueues.openDevice(addresses, RingMemory.features(packed), memory);
    }

    /** Serves up to a batch of requests; returns how many. */
    int serve() throws RingFault {
        // Behind a call that the compiler does not see through, fields would be read again.
        MemoryAccess memory = this.memory;
        DeviceRing queue = this.queue;
        ChainBatch batch = this.batch;
        memory.enter();
        try {
            int served = queue.pop(batch);
            if (served > 0) {
                for (int i = 0; i < served; i++) {
                    batch.written(i, answer(batch.chain(i)));
                }
                queue.push(batch);
                if (queue.flush()) {
                    interrupts++;
                }
            }
            return served;
        } finally {
            memory.exit();
        }
    }

    private static int answer(Chain chain) {
        if (chain.readableLength() < RingMemory.REQUEST || chain.writableLength() < RingMemory.ANSWER_SIZE) {
            return 0;
        }
        try {
            long sum = chain.readLong(0) + chain.readLong(8) + chain.readLong(16) + chain.readLong(24);
            chain.writeInt(0, (int) sum + chain.readInt(32));
            return RingMemory.ANSWER_SIZE;
        } catch (AccessFault fault) {
            return 0;
        }
    }

    long interrupts() {
        return interrupts;
    }
}
