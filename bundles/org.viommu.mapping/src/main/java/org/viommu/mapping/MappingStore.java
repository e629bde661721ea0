// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A way to keep mappings, registered as a service with the property {@link #NAME}. IOMMU devices use the store with the highest service ranking that their
 * filter admits, and move to another one while the guest goes on when stores come and go.
 *
 * <p>Thread-safe. One store serves any number of devices.
 */
@ConsumerType
public interface MappingStore {
    /** Service property: the store's short name, for example {@code radix}. */
    String NAME = "viommu.store";

    /**
     * Namespace of the capability that bundles with a store provide. Its attributes are {@link #NAME}, {@code durable} (mappings outlive the process) and
     * {@code shared} (other processes see them).
     */
    String NAMESPACE = "org.viommu.mapping";

    /**
     * The store's short name.
     *
     * @return the value of {@link #NAME}
     */
    String name();

    /**
     * Opens the table of a domain. It is empty.
     *
     * @param device name of the IOMMU device, unique among the devices of this process
     * @param domain domain ID, unsigned 32-bit
     * @return the table, owned by the caller, who closes it
     */
    MappingTable open(String device, int domain);
}
