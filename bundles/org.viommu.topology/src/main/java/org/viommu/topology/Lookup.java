// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds devices and endpoint IDs in the nodes of a topology. Thread-safe; the indexes are made when the first one asks. */
final class Lookup {
    private record Master(long base, int number) {}

    private record Indexes(FunctionIndex functions, Map<Master, EndpointNode.Platform> masters, Set<IommuNode> iommus) {
        static Indexes of(List<IommuNode> iommus, List<EndpointNode> endpoints) {
            Map<Master, EndpointNode.Platform> masters = new HashMap<>();
            for (EndpointNode node : endpoints) {
                if (node instanceof EndpointNode.Platform device) {
                    masters.put(new Master(device.base(), device.master()), device);
                }
            }
            return new Indexes(new FunctionIndex(endpoints), masters, new HashSet<>(iommus));
        }
    }

    private final List<IommuNode> iommus;
    private final List<EndpointNode> endpoints;
    private volatile Indexes indexes;

    Lookup(List<IommuNode> iommus, List<EndpointNode> endpoints) {
        this.iommus = iommus;
        this.endpoints = endpoints;
    }

    /** The last range that contains the device that an IOMMU is, if any does. */
    Optional<? extends EndpointNode> match(IommuNode iommu) {
        return iommu instanceof IommuNode.PciFunction function
                ? indexes().functions().find(function.address())
                : match(((IommuNode.MmioWindow) iommu).base(), 0);
    }

    private Optional<EndpointNode.Platform> match(long base, int master) {
        return Optional.ofNullable(indexes().masters().get(new Master(base, master)));
    }

    Optional<Attachment> find(PciAddress function) {
        return indexes()
                .functions()
                .find(function)
                .flatMap(range -> attachment(range, range.endpoint(function), new IommuNode.PciFunction(function)));
    }

    Optional<Attachment> find(long base, int master) {
        return match(base, master)
                .flatMap(device -> attachment(device, device.endpoint(), new IommuNode.MmioWindow(base)));
    }

    Optional<Attachment> find(IommuNode iommu, int endpoint) {
        for (int i = endpoints.size() - 1; i >= 0; i--) {
            EndpointNode node = endpoints.get(i);
            if (!node.iommu().equals(iommu)) {
                continue;
            }
            Optional<Attachment> found = node instanceof EndpointNode.PciRange range
                    ? function(range, endpoint)
                    : device((EndpointNode.Platform) node, endpoint);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** The function that has the endpoint ID according to a range, if other nodes say nothing else of it. */
    private Optional<Attachment> function(EndpointNode.PciRange range, int endpoint) {
        int distance = endpoint - range.firstEndpoint();
        int segment = range.first().segment() + (distance >>> 16);
        int bdf = range.first().bdf() + (distance & 0xffff);
        if (segment > range.last().segment() || bdf > range.last().bdf()) {
            return Optional.empty();
        }
        EndpointNode.PciRange last = indexes().functions().find(segment, bdf);
        // Whoever names an endpoint that does not exist gets its answer without an allocation.
        return last != null
                        && last.iommu().equals(range.iommu())
                        && last.endpoint(segment, bdf & last.mask()) == endpoint
                ? attachment(last, endpoint, new IommuNode.PciFunction(PciAddress.of(segment, bdf)))
                : Optional.empty();
    }

    /** The interface that has the endpoint ID according to a node, if other nodes say nothing else of it. */
    private Optional<Attachment> device(EndpointNode.Platform device, int endpoint) {
        if (device.endpoint() != endpoint) {
            return Optional.empty();
        }
        EndpointNode.Platform last = indexes().masters().get(new Master(device.base(), device.master()));
        return last.iommu().equals(device.iommu()) && last.endpoint() == endpoint
                ? attachment(last, endpoint, new IommuNode.MmioWindow(device.base()))
                : Optional.empty();
    }

    private Optional<Attachment> attachment(EndpointNode node, int endpoint, IommuNode self) {
        return node.iommu().equals(self) || !indexes().iommus().contains(node.iommu())
                ? Optional.empty()
                : Optional.of(new Attachment(node.iommu(), endpoint, node.reserved()));
    }

    private Indexes indexes() {
        Indexes made = indexes;
        if (made == null) {
            // Two threads may both make them, which is harmless: they are equal.
            made = Indexes.of(iommus, endpoints);
            indexes = made;
        }
        return made;
    }
}
