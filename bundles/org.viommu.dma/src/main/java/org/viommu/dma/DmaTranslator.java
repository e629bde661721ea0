// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.dma;

import org.osgi.annotation.versioning.ProviderType;
import org.viommu.memory.GuestMemory;

/**
 * An IOMMU as the hosts of endpoints see it. Registered as a service by each IOMMU device with the properties {@link #NAME} and {@link #MACHINE}.
 *
 * <p>Thread-safe.
 */
@ProviderType
public interface DmaTranslator {
    /** Service property: name of the device within its machine, for example {@code iommu0}. */
    String NAME = "viommu.name";

    /** Service property: name of the machine that the device belongs to. */
    String MACHINE = "viommu.machine";

    /**
     * Opens a port. An endpoint ID that the topology does not know is no error here: its accesses are refused and reported.
     *
     * @param endpoint endpoint ID, unsigned 32-bit
     * @param memory the guest memory behind the IOMMU, as the endpoint's own host sees it
     * @return a port for one thread; close it when the endpoint is done
     */
    DmaPort open(int endpoint, GuestMemory memory);
}
