// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.internal.PackedDeviceQueue;
import org.viommu.virtqueue.internal.PackedDriverQueue;
import org.viommu.virtqueue.internal.SplitDeviceQueue;
import org.viommu.virtqueue.internal.SplitDriverQueue;

/**
 * Opens queues. The negotiated features choose the layout; users of {@link DeviceQueue} and {@link DriverQueue} cannot
 * tell which it is.
 */
public final class Virtqueues {
    private Virtqueues() {}

    /**
     * Opens the device's side of a fresh queue, which begins at index 0.
     *
     * @param addresses what the driver has configured
     * @param features all negotiated feature bits, of which the ring features count
     * @param access the way to the rings and to the buffers, used by the thread that serves the queue
     * @return the queue
     * @throws RingFault if the size is not allowed in the layout or an area is misaligned or goes on beyond the last
     *     address; the ring is read only later
     */
    public static DeviceRing openDevice(QueueAddresses addresses, long features, MemoryAccess access) throws RingFault {
        return packed(features)
                ? new PackedDeviceQueue(addresses, features, access, PackedLayout.POSITION_WRAP)
                : new SplitDeviceQueue(addresses, features, access, 0);
    }

    /**
     * Opens the device's side of a queue that has been in use, for example by an instance that is no more.
     *
     * @param addresses what the driver has configured
     * @param features all negotiated feature bits, of which the ring features count
     * @param access the way to the rings and to the buffers, used by the thread that serves the queue
     * @param state what {@link DeviceRing#state()} gave
     * @return the queue, which has nothing to publish
     * @throws RingFault if the size is not allowed in the layout or an area is misaligned or goes on beyond the last
     *     address; the ring is read only later
     * @throws IllegalArgumentException if the state is one of another layout or size
     */
    public static DeviceRing openDevice(QueueAddresses addresses, long features, MemoryAccess access, QueueState state)
            throws RingFault {
        if (state.packed() != packed(features) || state.size() != addresses.size()) {
            throw new IllegalArgumentException(
                    "%s is not one of features 0x%x and %d entries".formatted(state, features, addresses.size()));
        }
        return packed(features)
                ? new PackedDeviceQueue(addresses, features, access, state.next())
                : new SplitDeviceQueue(addresses, features, access, state.next());
    }

    /**
     * Opens the driver's side of a fresh queue whose areas are filled with zeros.
     *
     * @param addresses what the device has been told
     * @param features all negotiated feature bits, of which the ring features count
     * @param access the way to the rings and to indirect tables, used by the thread that drives the queue
     * @return the queue
     * @throws RingFault if the size is not allowed in the layout or an area is misaligned or goes on beyond the last
     *     address
     */
    public static DriverQueue openDriver(QueueAddresses addresses, long features, MemoryAccess access)
            throws RingFault {
        return packed(features)
                ? new PackedDriverQueue(addresses, features, access)
                : new SplitDriverQueue(addresses, features, access);
    }

    private static boolean packed(long features) {
        return (features & RingFeatures.PACKED) != 0;
    }
}
