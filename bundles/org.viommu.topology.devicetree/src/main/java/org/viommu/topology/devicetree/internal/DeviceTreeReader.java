// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.nio.ByteBuffer;
import org.osgi.service.component.annotations.Component;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.TopologyReader;
import org.viommu.topology.devicetree.FdtLayout;

/** Reads the topology that a Linux guest sees in a flattened devicetree. */
@Component(property = TopologyReader.FORMAT + "=" + DeviceTreeReader.DEVICETREE)
public final class DeviceTreeReader implements TopologyReader {
    static final String DEVICETREE = "devicetree";

    @Override
    public boolean recognizes(byte[] table) {
        return table.length >= Integer.BYTES && ByteBuffer.wrap(table).getInt(0) == FdtLayout.MAGIC_VALUE;
    }

    @Override
    public Topology read(byte[] table) throws TopologyFormatException {
        DeviceTree tree = FdtReader.read(table);
        Findings findings = new Findings();
        Phandles phandles = new Phandles(tree.root(), findings);
        Buses buses = new Buses(tree.root(), findings);
        Iommus iommus = new Iommus(tree.root(), buses, phandles, findings);
        Topology.Builder topology = Topology.builder();
        iommus.virtio().forEach((node, iommu) -> topology.iommu(iommu, node.path()));
        buses.rootComplexes()
                .forEach((complex, segment) -> new IommuMap(complex, segment, iommus, findings).addTo(topology));
        PlatformEndpoints platform = new PlatformEndpoints(buses, iommus, findings);
        tree.root().forEach(node -> platform.add(node, topology));
        tree.problems().forEach(topology::problem);
        findings.problems().forEach(topology::problem);
        return topology.build();
    }
}
