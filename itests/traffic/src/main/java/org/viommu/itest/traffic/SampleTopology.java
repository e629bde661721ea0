// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.traffic;

import java.util.List;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologySource;

/** An IOMMU at 00:01.0 and seven endpoints behind it. */
public final class SampleTopology implements TopologySource {
    public static final int ENDPOINT = 0x10;

    private static final IommuNode IOMMU = new IommuNode.PciFunction(new PciAddress(0, 0, 1, 0));

    private final Topology topology = Topology.builder()
            .iommu(IOMMU)
            .endpoint(new EndpointNode.PciRange(
                    PciAddress.of(0, ENDPOINT), PciAddress.of(0, 0x47), ENDPOINT, IOMMU, List.of()))
            .build();

    @Override
    public Topology topology() {
        return topology;
    }
}
