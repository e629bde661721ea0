// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks for different devices with the same endpoint ID behind the same IOMMU.
 *
 * <p>With the upper half of an ID as its row and the lower half as its column, the IDs of a PCI range are one rectangle, or two if it crosses the right edge.
 */
final class EndpointIds {
    private EndpointIds() {}

    static List<Problem> problems(Validation.Subject subject) {
        Map<IommuNode, List<Overlaps.Rectangle>> ids = new LinkedHashMap<>();
        for (int i = 0; i < subject.topology().endpoints().size(); i++) {
            addIds(
                    subject.endpoint(i),
                    i,
                    ids.computeIfAbsent(subject.endpoint(i).iommu(), iommu -> new ArrayList<>()));
        }
        List<Problem> problems = new ArrayList<>();
        for (List<Overlaps.Rectangle> rectangles : ids.values()) {
            Set<Overlaps.Pair> reported = new HashSet<>();
            for (Overlaps.Pair pair : Overlaps.find(rectangles)) {
                EndpointNode later = subject.endpoint(pair.later());
                if (!sameFormula(subject.endpoint(pair.earlier()), later) && reported.add(pair)) {
                    problems.add(subject.atEndpoint(
                            pair.later(),
                            Problem.Kind.ENDPOINT_ID_CLASH,
                            " shares endpoint IDs with " + subject.reference(pair.earlier()) + " behind IOMMU "
                                    + later.iommu()));
                }
            }
        }
        return problems;
    }

    private static void addIds(EndpointNode node, int owner, List<Overlaps.Rectangle> rectangles) {
        if (node instanceof EndpointNode.PciRange range) {
            int top = range.firstEndpoint() >>> 16;
            int bottom = top + range.last().segment() - range.first().segment();
            int left = range.firstEndpoint() & 0xffff;
            int right = left + range.last().bdf() - range.first().bdf();
            rectangles.add(new Overlaps.Rectangle(top, bottom, left, Math.min(right, 0xffff), owner));
            if (right > 0xffff) {
                rectangles.add(new Overlaps.Rectangle(top + 1, bottom + 1, 0, right - 0x10000, owner));
            }
        } else if (node instanceof EndpointNode.Platform device) {
            int row = device.endpoint() >>> 16;
            int column = device.endpoint() & 0xffff;
            rectangles.add(new Overlaps.Rectangle(row, row, column, column, owner));
        }
    }

    /** Whether two nodes give the same ID only to the same device: that is a device listed twice, no clash. */
    private static boolean sameFormula(EndpointNode one, EndpointNode other) {
        if (one instanceof EndpointNode.PciRange range && other instanceof EndpointNode.PciRange otherRange) {
            return distance(range) == distance(otherRange) && range.mask() == otherRange.mask();
        }
        return one instanceof EndpointNode.Platform device
                && other instanceof EndpointNode.Platform otherDevice
                && device.base() == otherDevice.base()
                && device.master() == otherDevice.master();
    }

    private static int distance(EndpointNode.PciRange range) {
        return range.firstEndpoint()
                - (range.first().segment() << 16 | range.first().bdf());
    }
}
