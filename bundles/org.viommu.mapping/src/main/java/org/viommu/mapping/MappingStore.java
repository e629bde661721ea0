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
    /** Service property and capability attribute: the store's short name, for example {@code radix}. */
    String NAME = "viommu.store";

    /** Service property and capability attribute: whether mappings outlive the process. */
    String DURABLE = "durable";

    /** Service property and capability attribute: whether other processes see the mappings. */
    String SHARED = "shared";

    /** Service property and capability attribute: the most bytes that a mapping takes, wherever a guest puts it. */
    String BYTES_PER_MAPPING = "bytes.per.mapping";

    /** Namespace of the capability that bundles with a store provide, with the attributes above; see {@link ProvidesMappingStore}. */
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
