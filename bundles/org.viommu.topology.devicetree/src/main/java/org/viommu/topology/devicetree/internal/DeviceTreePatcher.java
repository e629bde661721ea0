// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.HashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.TopologyPatcher;

/**
 * Adds a topology to a devicetree, such as QEMU dumps. An {@code iommu-map} of a root complex that has endpoints in the topology is replaced. Seeds for random
 * numbers are taken out: the VMM made them for one boot, and a seed must not be used twice.
 */
@Component(property = TopologyPatcher.FORMAT + "=" + DeviceTreeReader.DEVICETREE)
public final class DeviceTreePatcher implements TopologyPatcher {
    private static final String[] SEEDS = {"rng-seed", "kaslr-seed"};

    @Override
    public byte[] patch(byte[] table, Topology topology) throws TopologyFormatException {
        DeviceTree tree = FdtReader.read(table);
        Buses buses = new Buses(tree.root(), new Findings());
        Map<Integer, DeviceNode> complexes = new HashMap<>();
        buses.rootComplexes().forEach((complex, segment) -> complexes.putIfAbsent(segment, complex));
        Map<Long, DeviceNode> devices = new HashMap<>();
        tree.root().forEach(node -> {
            if (node.property("reg").isPresent() && node.isAvailable() && !Buses.isPci(node.parent())) {
                buses.base(node).ifPresent(base -> devices.putIfAbsent(base, node));
            }
        });
        new Wiring(tree.root(), topology, complexes, devices).connect();
        for (DeviceNode child : tree.root().children()) {
            if (child.name().equals("chosen")) {
                for (String seed : SEEDS) {
                    child.remove(seed);
                }
            }
        }
        return FdtWriter.write(tree);
    }
}
