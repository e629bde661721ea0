// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.List;

/**
 * What the topology says of one device: who translates for it, and by which name.
 *
 * @param iommu the IOMMU in front of the device
 * @param endpoint the device's endpoint ID there, unsigned 32-bit
 * @param reserved what is reserved in the device's address space, unmodifiable
 */
public record Attachment(IommuNode iommu, int endpoint, List<ReservedRegion> reserved) {
    /** Copies the list. */
    public Attachment {
        reserved = List.copyOf(reserved);
    }

    /** For example {@code endpoint 0x10 of PCI 0000:00:02.0}. */
    @Override
    public String toString() {
        return "endpoint 0x" + Integer.toHexString(endpoint) + " of " + iommu;
    }
}
