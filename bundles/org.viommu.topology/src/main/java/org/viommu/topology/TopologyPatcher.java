// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Adds topologies to tables that VMMs have made. Registered as a service with the property {@link #FORMAT}.
 *
 * <p>Thread-safe. The same table and topology always give the same bytes.
 */
@ConsumerType
public interface TopologyPatcher {
    /** Service property: what it patches, for example {@code devicetree}. */
    String FORMAT = TopologyReader.FORMAT;

    /**
     * Adds a topology to a table and packs it anew, without room to spare.
     *
     * @param table all its bytes; not changed
     * @param topology whose IOMMUs and endpoints to add; what the format has no place for is left out
     * @return the patched table
     * @throws TopologyFormatException if the bytes are no such table
     * @throws IllegalArgumentException if the topology does not fit the table, for example because it has no such PCI segment; the message says what
     */
    byte[] patch(byte[] table, Topology topology) throws TopologyFormatException;
}
