// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.viommu.topology.Problem;

/** Where the devices of a tree are: the root complexes of PCI, and guest-physical addresses behind buses. */
final class Buses {
    private static final int LAST_SEGMENT = 0xffff;

    /** Cells of an address in a space that is no number, such as that of PCI. */
    private static final int MOST_CELLS = 2;

    private final Findings findings;
    private final Map<DeviceNode, Integer> segments = new LinkedHashMap<>();

    Buses(DeviceNode root, Findings findings) {
        this.findings = findings;
        List<DeviceNode> complexes = new ArrayList<>();
        root.forEach(node -> {
            if (isRootComplex(node) && node.isAvailable()) {
                complexes.add(node);
            }
        });
        numberSegments(complexes);
    }

    static boolean isPci(DeviceNode node) {
        return node != null
                && node.property("device_type").map(DeviceProperty::string).stream()
                        .anyMatch("pci"::equals);
    }

    private static boolean isRootComplex(DeviceNode node) {
        return isPci(node) && !isPci(node.parent());
    }

    /** The segment that Linux gives each root complex: the one it asks for, or the lowest that nobody asks for. */
    private void numberSegments(List<DeviceNode> complexes) {
        Map<DeviceNode, Integer> asked = new HashMap<>();
        for (DeviceNode node : complexes) {
            Optional<DeviceProperty> domain = node.property("linux,pci-domain");
            if (domain.isPresent()) {
                OptionalInt number = domain.get().single();
                if (number.isEmpty() || number.getAsInt() < 0 || number.getAsInt() > LAST_SEGMENT) {
                    findings.add(
                            Problem.Kind.BAD_NODE,
                            node,
                            domain.get(),
                            "it must be one cell of at most 0xffff; the root complex is left out");
                    asked.put(node, -1);
                } else {
                    asked.put(node, number.getAsInt());
                }
            }
        }
        Set<Integer> taken = new HashSet<>(asked.values());
        int next = 0;
        for (DeviceNode node : complexes) {
            Integer segment = asked.get(node);
            if (segment == null) {
                while (taken.contains(next)) {
                    next++;
                }
                segment = next++;
            }
            if (segment >= 0 && segment <= LAST_SEGMENT) {
                segments.put(node, segment);
            }
        }
    }

    /** The root complexes that are not disabled, with their segments, in the order of the tree. */
    Map<DeviceNode, Integer> rootComplexes() {
        return segments;
    }

    /** The segment of a PCI function or bridge; empty if it is behind no root complex that counts. */
    OptionalInt segment(DeviceNode function) {
        DeviceNode bus = function.parent();
        while (isPci(bus) && !isRootComplex(bus)) {
            bus = bus.parent();
        }
        Integer segment = segments.get(bus);
        return segment == null ? OptionalInt.empty() : OptionalInt.of(segment);
    }

    /** The guest-physical address of a device's first register, unsigned; empty, which has been noted, if it has none. */
    Optional<Long> base(DeviceNode device) {
        Optional<DeviceProperty> reg = device.property("reg");
        DeviceNode bus = device.parent();
        if (reg.isEmpty() || bus == null) {
            findings.add(Problem.Kind.BAD_NODE, device, "it has no reg, by which it would be known; it is left out");
            return Optional.empty();
        }
        int cells = addressCells(bus);
        if (cells < 1 || cells > MOST_CELLS || reg.get().cells() < cells) {
            findings.add(
                    Problem.Kind.BAD_NODE,
                    device,
                    reg.get(),
                    "it has " + reg.get().cells() + " cells for an address of " + cells + "; the device is left out");
            return Optional.empty();
        }
        long address = reg.get().number(0, cells);
        for (DeviceNode from = bus; from.parent() != null; from = from.parent()) {
            Optional<Long> above = translate(from, address);
            if (above.isEmpty()) {
                findings.add(
                        Problem.Kind.BAD_NODE,
                        device,
                        "its address 0x" + Long.toHexString(address) + " is not in the ranges of " + from.path()
                                + "; it is left out");
                return Optional.empty();
            }
            address = above.get();
        }
        return Optional.of(address);
    }

    /** An address on a bus as an address on the bus above it. */
    private static Optional<Long> translate(DeviceNode bus, long address) {
        Optional<DeviceProperty> ranges = bus.property("ranges");
        if (ranges.isEmpty() || ranges.get().cells() == 0) {
            return ranges.map(same -> address);
        }
        int from = addressCells(bus);
        int to = addressCells(bus.parent());
        int length = sizeCells(bus);
        if (Math.min(from, to) < 1 || Math.max(from, to) > MOST_CELLS || length < 1 || length > MOST_CELLS) {
            return Optional.empty();
        }
        int entry = from + to + length;
        for (int i = 0; i + entry <= ranges.get().cells(); i += entry) {
            long distance = address - ranges.get().number(i, from);
            if (Long.compareUnsigned(distance, ranges.get().number(i + from + to, length)) < 0) {
                return Optional.of(ranges.get().number(i + from, to) + distance);
            }
        }
        return Optional.empty();
    }

    private static int addressCells(DeviceNode bus) {
        return cells(bus, "#address-cells");
    }

    private static int sizeCells(DeviceNode bus) {
        return cells(bus, "#size-cells");
    }

    /** As Linux has it: of the bus or the next one above it that says so, else 1. */
    private static int cells(DeviceNode bus, String property) {
        for (DeviceNode node = bus; node != null; node = node.parent()) {
            OptionalInt cells =
                    node.property(property).map(DeviceProperty::single).orElse(OptionalInt.empty());
            if (cells.isPresent()) {
                return cells.getAsInt();
            }
        }
        return 1;
    }
}
