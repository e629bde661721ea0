// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Reads topologies from the tables that guests boot with. Registered as a service with the property {@link #FORMAT}.
 *
 * <p>Thread-safe. Trusts nothing that it reads: time and memory are bounded by the size of the table.
 */
@ConsumerType
public interface TopologyReader {
    /** Service property: what it reads, for example {@code viot}. */
    String FORMAT = "format";

    /**
     * Whether bytes look like a table of this format, by their first bytes only.
     *
     * @param table all bytes of a file
     * @return true if {@link #read} says what is wrong with it, if anything
     */
    boolean recognizes(byte[] table);

    /**
     * Reads a table.
     *
     * @param table all its bytes; not kept
     * @return what it says; what the reader had to leave out or doubts is among its {@link Topology#problems()}
     * @throws TopologyFormatException if the bytes are no such table; the only exception that their contents can cause
     */
    Topology read(byte[] table) throws TopologyFormatException;
}
