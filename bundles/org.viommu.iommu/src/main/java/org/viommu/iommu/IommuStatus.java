// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What an IOMMU device lets operators see. Registered as a service by each device with the properties {@link #MACHINE},
 * {@link #NAME} and {@link #SINCE}.
 *
 * <p>Thread-safe. Asking neither stops nor slows requests and DMA, but for the moment that a page of mappings is read.
 */
@ProviderType
public interface IommuStatus {
    /** Service property: name of the machine that the device belongs to. */
    String MACHINE = "viommu.machine";

    /** Service property: name of the device, unique within its machine. */
    String NAME = "viommu.name";

    /**
     * Service property: when the device began to work, a {@code Long} in milliseconds since 1970. A device that starts
     * anew has another one; a store that is exchanged does not change it.
     */
    String SINCE = "viommu.since";

    /** Largest page of mappings. */
    int MAX_PAGE = 1000;

    /**
     * The device's state at this moment. Its parts are read one after the other, so under traffic they may differ by
     * what happened between.
     *
     * @return an immutable snapshot
     */
    IommuSnapshot snapshot();

    /**
     * A page of the mappings of a domain. To go on, ask again from the address behind the end of the last one.
     *
     * @param domain domain ID, unsigned 32-bit
     * @param from I/O virtual address, unsigned: the page begins with the mapping that holds it or, if there is none,
     *     with the next above
     * @param limit how many mappings at most, 1 to {@link #MAX_PAGE}
     * @return the mappings in ascending order; empty if there are no more, if the domain does not exist or if it is a
     *     bypass domain
     * @throws IllegalArgumentException if the limit is out of its range
     */
    List<IommuSnapshot.Mapping> mappings(int domain, long from, int limit);
}
