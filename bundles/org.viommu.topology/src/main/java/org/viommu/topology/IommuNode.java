// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import org.osgi.annotation.versioning.ProviderType;

/**
 * An IOMMU, identified by where the guest finds it.
 */
@ProviderType
public sealed interface IommuNode {

    /**
     * An IOMMU that is a PCI function.
     *
     * @param address where it sits
     */
    record PciFunction(PciAddress address) implements IommuNode {
        @Override
        public String toString() {
            return "PCI " + address;
        }
    }

    /**
     * An IOMMU that is a platform device.
     *
     * @param base guest-physical address of its first register, unsigned
     */
    record MmioWindow(long base) implements IommuNode {
        @Override
        public String toString() {
            return "MMIO 0x" + Long.toHexString(base);
        }
    }
}
