// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;
import org.viommu.virtio.DriverTransport;

/**
 * An IOMMU that somebody can reach: registered as a service by whoever knows a way to its registers and to memory. While
 * the service is there, a {@link GuestIommu} is one too, with the same properties, as soon as the device works.
 */
@ConsumerType
public interface ReachableDevice {
    /**
     * Opens the way to the device. Called once.
     *
     * @return a way that nothing else uses while this service is there
     * @throws IOException if there is no such device
     */
    DriverTransport open() throws IOException;

    /**
     * Memory for the driver's rings and buffers.
     *
     * @return memory that nothing else uses while this service is there
     */
    DriverMemory memory();
}
