// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.internal.SplitDeviceQueue;
import org.viommu.virtqueue.internal.SplitDriverQueue;

/**
 * Opens queues. The negotiated features choose the layout; users of {@link DeviceQueue} and {@link DriverQueue} cannot
 * tell which it is.
 *
 * <p>The layout is split. Devices offer ring features out of {@link RingFeatures#SUPPORTED} only, so no driver can
 * negotiate another layout.
 */
public final class Virtqueues {
    private Virtqueues() {}

    /**
     * Opens the device's side of a fresh queue, both of whose indices are 0.
     *
     * @param addresses what the driver has configured
     * @param features all negotiated feature bits, of which the ring features count
     * @param access the way to the rings and to the buffers, used by the thread that serves the queue
     * @return the queue
     * @throws RingFault if the size is not allowed in the layout or an area is misaligned or goes on beyond the last
     *     address; the ring is read only later
     * @throws IllegalArgumentException if the features hold a layout that the device must not have offered
     */
    public static DeviceQueue openDevice(QueueAddresses addresses, long features, MemoryAccess access)
            throws RingFault {
        checkLayout(features);
        return new SplitDeviceQueue(addresses, features, access);
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
     * @throws IllegalArgumentException if the features hold a layout that the driver must not have accepted
     */
    public static DriverQueue openDriver(QueueAddresses addresses, long features, MemoryAccess access)
            throws RingFault {
        checkLayout(features);
        return new SplitDriverQueue(addresses, features, access);
    }

    private static void checkLayout(long features) {
        if ((features & RingFeatures.PACKED) != 0) {
            throw new IllegalArgumentException("features 0x%x hold the packed ring, which is not in 0x%x"
                    .formatted(features, RingFeatures.SUPPORTED));
        }
    }
}
