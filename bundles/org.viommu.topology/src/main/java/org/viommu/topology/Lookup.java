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
            Optional<Attachment> found = device(node, endpoint)
                    .filter(attachment -> attachment.iommu().equals(iommu) && attachment.endpoint() == endpoint);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Attachment> attachment(EndpointNode node, int endpoint, IommuNode self) {
        return node.iommu().equals(self) || !indexes().iommus().contains(node.iommu())
                ? Optional.empty()
                : Optional.of(new Attachment(node.iommu(), endpoint, node.reserved()));
    }

    /** What is true of the device that would have the endpoint ID according to this node. */
    private Optional<Attachment> device(EndpointNode node, int endpoint) {
        if (node instanceof EndpointNode.Platform device) {
            return device.endpoint() == endpoint ? find(device.base(), device.master()) : Optional.empty();
        }
        EndpointNode.PciRange range = (EndpointNode.PciRange) node;
        int distance = endpoint - range.firstEndpoint();
        int segment = range.first().segment() + (distance >>> 16);
        int bdf = range.first().bdf() + (distance & 0xffff);
        return segment <= range.last().segment() && bdf <= range.last().bdf()
                ? find(PciAddress.of(segment, bdf))
                : Optional.empty();
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
