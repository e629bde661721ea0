// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Problem;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.acpi.ViotLayout;

/** The nodes of a VIOT whose header is sound, on their way into a topology. */
final class ViotNodes {
    /** Sees each node with its index and offset; its bytes are all inside the table. */
    private interface Visitor {
        void visit(int index, int offset);
    }

    private final ByteBuffer table;
    private final int count;
    private final int start;
    private final Map<Integer, IommuNode> iommus = new LinkedHashMap<>();
    private final Topology.Builder topology = Topology.builder();

    ViotNodes(ByteBuffer table) throws TopologyFormatException {
        this.table = table;
        count = le16(ViotLayout.NODE_COUNT);
        start = le16(ViotLayout.NODE_OFFSET);
        if (start < ViotLayout.HEADER_SIZE || start > table.limit()) {
            throw new TopologyFormatException(
                    ViotLayout.NODE_OFFSET,
                    "node offset",
                    Integer.toString(start),
                    "must be " + ViotLayout.HEADER_SIZE + " to " + table.limit());
        }
    }

    Topology topology() throws TopologyFormatException {
        checkZero("header", ViotLayout.HEADER_RESERVED, ViotLayout.HEADER_SIZE);
        checkBounds();
        // Endpoints may refer to IOMMUs that come later, so these are collected first.
        forEach(this::addIommu);
        forEach(this::addEndpoint);
        return topology.build();
    }

    private void checkBounds() throws TopologyFormatException {
        int offset = start;
        for (int i = 0; i < count; i++) {
            int rest = table.limit() - offset;
            if (rest < ViotLayout.NODE_HEADER_SIZE) {
                throw new TopologyFormatException(
                        ViotLayout.NODE_COUNT,
                        "node count",
                        Integer.toString(count),
                        "but node " + i + " at byte 0x" + Integer.toHexString(offset) + " is beyond the end at byte 0x"
                                + Integer.toHexString(table.limit()));
            }
            int length = length(offset);
            int least = size(type(offset));
            if (length < least || length > rest) {
                throw new TopologyFormatException(
                        offset + ViotLayout.NODE_LENGTH,
                        "length of " + where(i, offset) + ", type " + type(offset) + ",",
                        Integer.toString(length),
                        "must be " + least + " to " + rest);
            }
            offset += length;
        }
        if (offset != table.limit()) {
            note(
                    Problem.Kind.IGNORED_CONTENT,
                    "byte 0x" + Integer.toHexString(offset),
                    table.limit() - offset + " bytes behind the last node are ignored");
        }
    }

    private void forEach(Visitor visitor) {
        int offset = start;
        for (int i = 0; i < count; i++) {
            visitor.visit(i, offset);
            offset += length(offset);
        }
    }

    private void addIommu(int index, int offset) {
        switch (type(offset)) {
            case ViotLayout.VIRTIO_PCI -> {
                checkReserved(index, offset, ViotLayout.VIRTIO_PCI_RESERVED, ViotLayout.VIRTIO_PCI_SIZE);
                addIommu(
                        index,
                        offset,
                        new IommuNode.PciFunction(
                                address(offset + ViotLayout.VIRTIO_PCI_SEGMENT, offset + ViotLayout.VIRTIO_PCI_BDF)));
            }
            case ViotLayout.VIRTIO_MMIO -> {
                checkReserved(index, offset, ViotLayout.VIRTIO_MMIO_RESERVED, ViotLayout.VIRTIO_MMIO_BASE);
                addIommu(index, offset, new IommuNode.MmioWindow(table.getLong(offset + ViotLayout.VIRTIO_MMIO_BASE)));
            }
            default -> {}
        }
    }

    private void addIommu(int index, int offset, IommuNode iommu) {
        iommus.put(offset, iommu);
        topology.iommu(iommu, where(index, offset));
    }

    private void addEndpoint(int index, int offset) {
        switch (type(offset)) {
            case ViotLayout.PCI_RANGE -> addPciRange(index, offset);
            case ViotLayout.MMIO_ENDPOINT -> addMmioEndpoint(index, offset);
            case ViotLayout.VIRTIO_PCI, ViotLayout.VIRTIO_MMIO -> {}
            default ->
                note(
                        Problem.Kind.UNKNOWN_NODE,
                        where(index, offset),
                        "type " + type(offset) + " is not known; the node is left out");
        }
    }

    private void addPciRange(int index, int offset) {
        checkReserved(index, offset, ViotLayout.PCI_RANGE_RESERVED, ViotLayout.PCI_RANGE_SIZE);
        IommuNode iommu = iommu(index, offset);
        PciAddress first =
                address(offset + ViotLayout.PCI_RANGE_SEGMENT_START, offset + ViotLayout.PCI_RANGE_BDF_START);
        PciAddress last = address(offset + ViotLayout.PCI_RANGE_SEGMENT_END, offset + ViotLayout.PCI_RANGE_BDF_END);
        if (last.segment() < first.segment() || last.bdf() < first.bdf()) {
            note(
                    Problem.Kind.BAD_NODE,
                    where(index, offset),
                    "PCI range " + first + " to " + last + " is reversed; the node is left out");
        } else if (iommu != null) {
            int endpoint = table.getInt(offset + ViotLayout.PCI_RANGE_ENDPOINT_START);
            topology.endpoint(new EndpointNode.PciRange(first, last, endpoint, iommu, List.of()), where(index, offset));
        }
    }

    private void addMmioEndpoint(int index, int offset) {
        checkReserved(index, offset, ViotLayout.MMIO_ENDPOINT_RESERVED, ViotLayout.MMIO_ENDPOINT_SIZE);
        IommuNode iommu = iommu(index, offset);
        if (iommu != null) {
            long base = table.getLong(offset + ViotLayout.MMIO_ENDPOINT_BASE);
            int endpoint = table.getInt(offset + ViotLayout.MMIO_ENDPOINT_ID);
            topology.endpoint(new EndpointNode.Platform(base, endpoint, iommu, List.of()), where(index, offset));
        }
    }

    /** The IOMMU that an endpoint refers to, or null, which has been noted, if there is none. */
    private IommuNode iommu(int index, int offset) {
        int output = le16(offset + ViotLayout.OUTPUT_NODE);
        IommuNode iommu = iommus.get(output);
        if (iommu == null) {
            note(
                    Problem.Kind.BAD_NODE,
                    where(index, offset),
                    "no IOMMU node begins at byte 0x" + Integer.toHexString(output)
                            + ", its output node; the node is left out");
        }
        return iommu;
    }

    private void checkReserved(int index, int offset, int from, int to) {
        String where = where(index, offset);
        checkZero(where, offset + ViotLayout.NODE_RESERVED, offset + ViotLayout.NODE_RESERVED + 1);
        checkZero(where, offset + from, offset + to);
    }

    private void checkZero(String where, int from, int to) {
        for (int i = from; i < to; i++) {
            if (table.get(i) != 0) {
                note(
                        Problem.Kind.IGNORED_CONTENT,
                        where,
                        "reserved byte 0x" + Integer.toHexString(i) + " is not zero; it is ignored");
                return;
            }
        }
    }

    private void note(Problem.Kind kind, String where, String message) {
        topology.problem(new Problem(kind, where, message));
    }

    private PciAddress address(int segmentOffset, int bdfOffset) {
        return PciAddress.of(le16(segmentOffset), le16(bdfOffset));
    }

    private int type(int offset) {
        return table.get(offset + ViotLayout.NODE_TYPE) & 0xff;
    }

    private int length(int offset) {
        return le16(offset + ViotLayout.NODE_LENGTH);
    }

    private int le16(int offset) {
        return table.getShort(offset) & 0xffff;
    }

    private static int size(int type) {
        return switch (type) {
            case ViotLayout.PCI_RANGE -> ViotLayout.PCI_RANGE_SIZE;
            case ViotLayout.MMIO_ENDPOINT -> ViotLayout.MMIO_ENDPOINT_SIZE;
            case ViotLayout.VIRTIO_PCI -> ViotLayout.VIRTIO_PCI_SIZE;
            case ViotLayout.VIRTIO_MMIO -> ViotLayout.VIRTIO_MMIO_SIZE;
            default -> ViotLayout.NODE_HEADER_SIZE;
        };
    }

    private static String where(int index, int offset) {
        return "node " + index + " at byte 0x" + Integer.toHexString(offset);
    }
}
