// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import org.osgi.annotation.versioning.ProviderType;
import org.viommu.memory.MemoryAccess;

/**
 * A device's queue with the one ring that it was opened with. What a device uses is a {@link DeviceQueue}; its host may
 * besides ask the ring where it stands, while the device rests.
 */
@ProviderType
public interface DeviceRing extends DeviceQueue {

    /**
     * Where the queue stands, for {@link Virtqueues#openDevice(QueueAddresses, long, MemoryAccess, QueueState)}. The
     * queue stays usable.
     *
     * @return its state
     * @throws IllegalStateException if a popped chain has not been pushed, or a pushed one not published
     */
    QueueState state();

    /**
     * How far the queue has come. May be called by any thread, at any time; neither waits nor touches memory.
     *
     * @return values of which each was true a moment ago
     */
    QueueProgress progress();
}
