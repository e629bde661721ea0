// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.rings;

import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainServer;
import org.viommu.virtqueue.DeviceRing;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.Virtqueues;

/** A device as ours are: serves a batch and publishes it at once, in one bracket. */
final class JavaDevice {
    private final MemoryAccess memory;
    private final DeviceRing queue;
    private final int batch;
    private final Chain chain = new Chain();
    private final ChainServer server = JavaDevice::answer;

    /** Batches after which the driver wanted an interrupt. */
    private long interrupts;

    JavaDevice(MemoryAccess memory, QueueAddresses addresses, boolean packed, int batch) throws RingFault {
        this.memory = memory;
        this.batch = batch;
        this.queue = Virtqueues.openDevice(addresses, RingMemory.features(packed), memory);
    }

    /** Serves up to a batch of requests; returns how many. */
    int serve() throws RingFault {
        // Behind a call that the compiler does not see through, fields would be read again.
        MemoryAccess memory = this.memory;
        DeviceRing queue = this.queue;
        memory.enter();
        try {
            int served = queue.serve(chain, batch, server);
            if (served > 0 && queue.flush()) {
                interrupts++;
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
