// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import org.viommu.endpoint.block.BlockQueues;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.RingFault;

/** A block device at work: takes the requests one after the other. */
final class BlockSession implements DeviceSession {
    private final DeviceActivation activation;
    private final BlockRequests requests;
    private final MemoryAccess memory;
    private final DeviceQueue queue;
    private final Chain chain = new Chain();

    BlockSession(DeviceActivation activation, BlockRequests requests) throws RingFault {
        this.activation = activation;
        this.requests = requests;
        memory = activation.openMemory();
        try {
            queue = activation.openQueue(BlockQueues.REQUEST, memory);
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
                queue.push(chain, requests.serve(chain));
                // The file may be slow: nobody waits for the requests behind.
                queue.publish();
                if (queue.interruptWanted()) {
                    activation.interrupt(BlockQueues.REQUEST);
                }
            }
        } while (queue.enableKicks());
    }

    @Override
    public void close() {
        memory.close();
    }
}
