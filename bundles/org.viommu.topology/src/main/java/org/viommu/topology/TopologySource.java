// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Says how the devices of a machine are connected. Registered as a service with the properties {@link #MACHINE} and {@link #NAME}.
 *
 * <p><b>Change.</b> A source whose graph has changed first lets {@link #topology()} return the new one and then modifies its service properties: it sets
 * {@link #REVISION} to another value. Whoever tracks the service is told by that alone; with Declarative Services by the {@code updated} method of the
 * reference. {@link TopologySources} keeps up with all sources of a machine in this way. There are no listeners to register, and a consumer that reads {@link #topology()} both when it is bound and when it is told of an update never
 * misses a change.
 *
 * <p>Thread-safe.
 */
@ConsumerType
public interface TopologySource {
    /** Service property, a {@code String} or {@code String[]}: names of the machines that the source describes. */
    String MACHINE = "viommu.machine";

    /** Service property: the source's short name, for example {@code acpi}. */
    String NAME = "viommu.topology";

    /** Service property: where the source has its knowledge from, for people, for example the path of a file; need not be there. */
    String ORIGIN = "viommu.topology.origin";

    /** Service property, a {@code Long}: another value after each change of the graph. */
    String REVISION = "viommu.topology.revision";

    /**
     * The graph as it is now.
     *
     * @return the current graph; the same object until it changes
     */
    Topology topology();
}
