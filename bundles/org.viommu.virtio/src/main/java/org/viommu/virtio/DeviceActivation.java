// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.osgi.annotation.versioning.ProviderType;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.RingFault;

/** What a device type gets for one session: the driver's choices and the ways to its memory and queues. */
@ProviderType
public interface DeviceActivation {
    /**
     * The features that the driver accepted.
     *
     * @return one bit for each feature
     */
    long features();

    /**
     * Opens another way to the driver's memory, for one thread. Behind an IOMMU its addresses are I/O virtual.
     * Thread-safe.
     *
     * @return the access; its user closes it, at the latest when the session is closed
     */
    MemoryAccess openMemory();

    /**
     * Opens a queue on a memory access, on the thread that serves the session or before it began.
     *
     * <p>The queue is good for the whole session. When the driver resets it, it is empty, takes what is pushed without
     * effect, and has a fresh ring once the driver has enabled it again: see {@link DeviceSession#queueReset}.
     *
     * @param index of the queue; each can be opened once
     * @param memory through which the ring and its buffers are reached, open until the session is closed
     * @return the queue, or null if the driver had not enabled it at DRIVER_OK
     * @throws RingFault if the driver's set-up of the queue is not usable
     * @throws IllegalStateException if the queue has been opened before
     */
    DeviceQueue openQueue(int index, MemoryAccess memory) throws RingFault;

    /**
     * Has {@link DeviceSession#serve} called for a queue soon, by the session's thread. Thread-safe; does nothing once
     * the session is closed.
     *
     * @param queue index of the queue
     */
    void wake(int queue);

    /**
     * Sends the driver a used buffer notification for a queue (virtio 1.4, 2.9). Thread-safe; does nothing while the
     * queue is reset.
     *
     * @param queue index of the queue
     */
    void interrupt(int queue);

    /** Tells the driver that the configuration space has changed. Thread-safe. */
    void configChanged();
}
