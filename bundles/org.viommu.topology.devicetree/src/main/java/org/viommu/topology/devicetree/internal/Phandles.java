// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.viommu.topology.Problem;

/** The numbers by which nodes refer to one another (Devicetree Specification, 2.3.3). */
final class Phandles {
    /** The second one is what old compilers write. */
    private static final String[] PROPERTIES = {"phandle", "linux,phandle"};

    private final Map<Integer, DeviceNode> nodes = new HashMap<>();

    Phandles(DeviceNode root, Findings findings) {
        root.forEach(node -> of(node).ifPresent(phandle -> {
            DeviceNode earlier = nodes.putIfAbsent(phandle, node);
            if (earlier != null) {
                findings.add(
                        Problem.Kind.BAD_NODE,
                        node,
                        "phandle 0x" + Integer.toHexString(phandle) + " is that of " + earlier.path()
                                + " already, which counts");
            }
        }));
    }

    Optional<DeviceNode> find(int phandle) {
        return Optional.ofNullable(nodes.get(phandle));
    }

    static OptionalInt of(DeviceNode node) {
        for (String property : PROPERTIES) {
            OptionalInt phandle =
                    node.property(property).map(DeviceProperty::single).orElse(OptionalInt.empty());
            if (phandle.isPresent()) {
                return phandle;
            }
        }
        return OptionalInt.empty();
    }

    /** The phandle of a node, which gets one above all others if it has none. */
    int obtain(DeviceNode node) {
        OptionalInt own = of(node);
        if (own.isPresent()) {
            return own.getAsInt();
        }
        // 0 and -1 are no phandles, so the highest one that is left is the one before -1.
        int phandle = nodes.keySet().stream()
                        .filter(each -> each != -1)
                        .max(Integer::compareUnsigned)
                        .orElse(0)
                + 1;
        while (phandle == 0 || phandle == -1 || nodes.containsKey(phandle)) {
            phandle++;
        }
        node.set(DeviceProperty.ofCells("phandle", phandle));
        nodes.put(phandle, node);
        return phandle;
    }
}
