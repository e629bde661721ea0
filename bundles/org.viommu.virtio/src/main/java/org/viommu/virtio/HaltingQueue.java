// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.RingFault;

/**
 * A queue that seems empty as soon as its device is to rest, so that a driver which never stops filling it cannot keep
 * the device from a reset.
 */
final class HaltingQueue implements DeviceQueue {
    private final DeviceQueue queue;
    private final DeviceThread thread;

    HaltingQueue(DeviceQueue queue, DeviceThread thread) {
        this.queue = queue;
        this.thread = thread;
    }

    @Override
    public int size() {
        return queue.size();
    }

    @Override
    public boolean pop(Chain chain) throws RingFault {
        return !thread.halted() && queue.pop(chain);
    }

    @Override
    public void push(Chain chain, int written) throws RingFault {
        queue.push(chain, written);
    }

    @Override
    public void publish() throws RingFault {
        queue.publish();
    }

    @Override
    public boolean interruptWanted() throws RingFault {
        return queue.interruptWanted();
    }

    @Override
    public void suppressKicks() throws RingFault {
        queue.suppressKicks();
    }

    @Override
    public boolean enableKicks() throws RingFault {
        // All queues are served once when the device goes on, so nothing is forgotten by answering "empty" here.
        return queue.enableKicks() && !thread.halted();
    }
}
