// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.osgi.annotation.versioning.ConsumerType;
import org.viommu.memory.MemoryAccess;

/**
 * The platform's way from a device to the driver's memory: plain guest memory, or a DMA port through an IOMMU.
 * Thread-safe.
 */
@ConsumerType
public interface MemoryPlatform {
    /**
     * Opens an access for one thread.
     *
     * @return the access; its user closes it
     */
    MemoryAccess open();

    /**
     * Whether the platform limits or translates the device's accesses. If so, the device offers {@code
     * VIRTIO_F_ACCESS_PLATFORM} and refuses a driver that does not accept it (virtio 1.4, chapter 6).
     *
     * @return true behind an IOMMU
     */
    boolean translates();
}
