// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import java.nio.ByteBuffer;
import org.viommu.endpoint.entropy.EntropyQueues;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.RingFault;

/** An entropy device at work: fills the driver's buffers. */
final class EntropySession implements DeviceSession {
    private final DeviceActivation activation;
    private final EntropyPool pool;
    private final Runnable ended;
    private final MemoryAccess memory;
    private final DeviceQueue queue;
    private final Chain chain = new Chain();

    /**
     * Begins a session.
     *
     * @param ended called when the session is closed
     */
    EntropySession(DeviceActivation activation, EntropyPool pool, Runnable ended) throws RingFault {
        this.activation = activation;
        this.pool = pool;
        this.ended = ended;
        memory = activation.openMemory();
        try {
            queue = activation.openQueue(EntropyQueues.REQUEST, memory);
        } catch (RingFault fault) {
            memory.close();
            throw fault;
        }
    }

    @Override
    public void serve(int index) throws RingFault {
        if (queue == null) {
            return;
        }
        do {
            queue.suppressKicks();
            while (queue.pop(chain)) {
                queue.push(chain, fill());
                queue.publish();
                if (queue.interruptWanted()) {
                    activation.interrupt(EntropyQueues.REQUEST);
                }
            }
        } while (queue.enableKicks());
    }

    /** A device may fill less than the buffer (virtio 1.4, 5.4.6.2), so that none takes long. */
    private int fill() {
        ByteBuffer bytes = pool.take(chain.writableLength());
        int count = bytes.remaining();
        try {
            chain.write(0, bytes);
            return count;
        } catch (AccessFault fault) {
            return 0;
        }
    }

    @Override
    public void close() {
        memory.close();
        ended.run();
    }
}
