// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Writes topologies as the tables that guests boot with. Registered as a service with the property {@link #FORMAT}.
 *
 * <p>Thread-safe. The same topology always gives the same bytes.
 */
@ConsumerType
public interface TopologyWriter {
    /** Service property: what it writes, for example {@code viot}. */
    String FORMAT = TopologyReader.FORMAT;

    /**
     * Writes a table. What the format has no place for, such as reserved regions where the guest asks the device for them, is left out.
     *
     * @param topology what to write
     * @return the table
     * @throws IllegalArgumentException if the format cannot hold the topology; the message says what does not fit
     */
    byte[] write(Topology topology);
}
