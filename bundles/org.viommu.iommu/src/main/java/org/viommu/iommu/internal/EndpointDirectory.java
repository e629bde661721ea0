// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.viommu.topology.Attachment;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.Topology;

/**
 * Which endpoints are behind this IOMMU, and what is reserved for each, by one state of the topology. Endpoints with the
 * same reserved regions share one object. Thread-safe; whoever asks for an endpoint again is answered without a search
 * in the topology, and without an allocation.
 */
final class EndpointDirectory {
    /** What was found for an endpoint. */
    private record Known(int id, ReservedRegions reserved) implements IdTable.Identified {}

    private final Topology topology;
    private final IommuNode self;
    private final Map<List<ReservedRegion>, ReservedRegions> reserved = new HashMap<>();
    private final IdTable<Known> known = new IdTable<>();

    /**
     * Takes a topology over.
     *
     * @param topology of the machine
     * @param self this IOMMU
     * @param general what is reserved for every endpoint
     */
    EndpointDirectory(Topology topology, IommuNode self, List<ReservedRegion> general) {
        this.topology = topology;
        this.self = self;
        for (EndpointNode node : topology.endpoints(self)) {
            reserved.computeIfAbsent(node.reserved(), own -> ReservedRegions.of(own, general));
        }
    }

    /** What is reserved for an endpoint; null if there is no such endpoint. */
    ReservedRegions find(int endpoint) {
        Known found = known.get(endpoint);
        return found == null ? search(endpoint) : found.reserved();
    }

    private ReservedRegions search(int endpoint) {
        Optional<Attachment> found = topology.find(self, endpoint);
        if (found.isEmpty()) {
            return null;
        }
        Known next = new Known(endpoint, reserved.get(found.get().reserved()));
        keep(next);
        return next.reserved();
    }

    private synchronized void keep(Known next) {
        if (known.get(next.id()) == null) {
            known.put(next);
        }
    }
}
