// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyWriter;
import org.viommu.topology.acpi.ViotLayout;

/** Writes a VIOT: first the IOMMUs, then the endpoints, both in the order of the topology. */
@Component(property = TopologyWriter.FORMAT + "=" + ViotReader.VIOT)
public final class ViotWriter implements TopologyWriter {
    private static final int LAST_LE16 = 0xffff;

    /** Both kinds of IOMMU have the same size, and so have both kinds of endpoint. */
    private static final int IOMMU_SIZE = ViotLayout.VIRTIO_PCI_SIZE;

    private static final int ENDPOINT_SIZE = ViotLayout.PCI_RANGE_SIZE;

    @Override
    public byte[] write(Topology topology) {
        int count = topology.iommus().size() + topology.endpoints().size();
        if (count > LAST_LE16) {
            throw new IllegalArgumentException("a VIOT cannot hold " + count + " nodes; it has room for " + LAST_LE16);
        }
        int size = ViotLayout.HEADER_SIZE
                + topology.iommus().size() * IOMMU_SIZE
                + topology.endpoints().size() * ENDPOINT_SIZE;
        ByteBuffer table = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        putHeader(table, count);
        Map<IommuNode, Integer> offsets = new HashMap<>();
        int offset = ViotLayout.HEADER_SIZE;
        for (IommuNode iommu : topology.iommus()) {
            offsets.putIfAbsent(iommu, offset);
            putIommu(table, offset, iommu);
            offset += IOMMU_SIZE;
        }
        for (EndpointNode node : topology.endpoints()) {
            putEndpoint(table, offset, node, output(offsets, node));
            offset += ENDPOINT_SIZE;
        }
        table.put(ViotLayout.CHECKSUM, (byte) AcpiTable.checksum(table.array()));
        return table.array();
    }

    private static void putHeader(ByteBuffer table, int count) {
        putText(table, ViotLayout.SIGNATURE, ViotLayout.SIGNATURE_TEXT);
        table.putInt(ViotLayout.LENGTH, table.capacity());
        putText(table, ViotLayout.OEM_ID, "VIOMMU");
        putText(table, ViotLayout.OEM_TABLE_ID, "VIOMMU  ");
        table.putInt(ViotLayout.OEM_REVISION, 1);
        putText(table, ViotLayout.CREATOR_ID, "VIOM");
        table.putInt(ViotLayout.CREATOR_REVISION, 1);
        table.putShort(ViotLayout.NODE_COUNT, (short) count);
        table.putShort(ViotLayout.NODE_OFFSET, (short) ViotLayout.HEADER_SIZE);
    }

    private static void putIommu(ByteBuffer table, int offset, IommuNode iommu) {
        if (iommu instanceof IommuNode.PciFunction function) {
            putNode(table, offset, ViotLayout.VIRTIO_PCI, IOMMU_SIZE);
            PciAddress address = function.address();
            table.putShort(offset + ViotLayout.VIRTIO_PCI_SEGMENT, (short) address.segment());
            table.putShort(offset + ViotLayout.VIRTIO_PCI_BDF, (short) address.bdf());
        } else if (iommu instanceof IommuNode.MmioWindow window) {
            putNode(table, offset, ViotLayout.VIRTIO_MMIO, IOMMU_SIZE);
            table.putLong(offset + ViotLayout.VIRTIO_MMIO_BASE, window.base());
        }
    }

    private static void putEndpoint(ByteBuffer table, int offset, EndpointNode node, int output) {
        if (node instanceof EndpointNode.PciRange range) {
            if (range.mask() != EndpointNode.PciRange.ALL_BITS) {
                throw new IllegalArgumentException(node + " has a mask, for which a VIOT has no place");
            }
            putNode(table, offset, ViotLayout.PCI_RANGE, ENDPOINT_SIZE);
            table.putInt(offset + ViotLayout.PCI_RANGE_ENDPOINT_START, range.firstEndpoint());
            PciAddress first = range.first();
            PciAddress last = range.last();
            table.putShort(offset + ViotLayout.PCI_RANGE_SEGMENT_START, (short) first.segment());
            table.putShort(offset + ViotLayout.PCI_RANGE_SEGMENT_END, (short) last.segment());
            table.putShort(offset + ViotLayout.PCI_RANGE_BDF_START, (short) first.bdf());
            table.putShort(offset + ViotLayout.PCI_RANGE_BDF_END, (short) last.bdf());
        } else if (node instanceof EndpointNode.Platform device) {
            if (device.master() != 0) {
                throw new IllegalArgumentException(
                        node + " is a further interface of its device, for which a VIOT has no place");
            }
            putNode(table, offset, ViotLayout.MMIO_ENDPOINT, ENDPOINT_SIZE);
            table.putInt(offset + ViotLayout.MMIO_ENDPOINT_ID, device.endpoint());
            table.putLong(offset + ViotLayout.MMIO_ENDPOINT_BASE, device.base());
        }
        table.putShort(offset + ViotLayout.OUTPUT_NODE, (short) output);
    }

    private static int output(Map<IommuNode, Integer> offsets, EndpointNode node) {
        Integer output = offsets.get(node.iommu());
        if (output == null) {
            throw new IllegalArgumentException(
                    node + " is behind IOMMU " + node.iommu() + ", which the topology does not list");
        }
        if (output > LAST_LE16) {
            throw new IllegalArgumentException(node + " is behind IOMMU " + node.iommu()
                    + ", which is too far down the list: a VIOT can refer to the first "
                    + ((LAST_LE16 - ViotLayout.HEADER_SIZE) / IOMMU_SIZE + 1) + " only");
        }
        return output;
    }

    private static void putNode(ByteBuffer table, int offset, int type, int size) {
        table.put(offset + ViotLayout.NODE_TYPE, (byte) type);
        table.putShort(offset + ViotLayout.NODE_LENGTH, (short) size);
    }

    private static void putText(ByteBuffer table, int offset, String text) {
        table.put(offset, text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
