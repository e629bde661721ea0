// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Has a device write to memory that its driver has not asked it to write: a broken or hostile device, on purpose. Behind an IOMMU the guest is told of it,
 * unless the guest has mapped the address. Registered as a service with the properties {@link #MACHINE} and {@link #NAME} of the device.
 *
 * <p>Thread-safe.
 */
@ProviderType
public interface StrayDma {
    /** Service property: name of the machine that the device belongs to. */
    String MACHINE = "viommu.machine";

    /** Service property: name of the device, unique within its machine. */
    String NAME = "viommu.name";

    /** Most bytes of one access. */
    int MAX_LENGTH = 1 << 20;

    /**
     * Writes random bytes in one access. Returns when it has ended, whether it was refused or not; the caller is not told, as no device is.
     *
     * @param iova first address, unsigned
     * @param length in bytes, 1 to {@link #MAX_LENGTH}
     * @throws IllegalArgumentException if the length is out of its range
     * @throws IllegalStateException if no driver uses the device, which then has no way to memory
     */
    void write(long iova, int length);
}
