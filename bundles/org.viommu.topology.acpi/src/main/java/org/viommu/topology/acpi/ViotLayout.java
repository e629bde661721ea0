// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi;

/**
 * The Virtual I/O Translation table of ACPI 6.5 and later, 5.2.34. All fields are little-endian.
 *
 * <p>It begins with the header of every ACPI table (ACPI 6.5, 5.2.6) and its own two fields:
 *
 * <pre>
 *  0           4        8          9          10     16             24
 *  +-----------+--------+----------+----------+------+--------------+
 *  | signature | length | revision | checksum | OEM  | OEM table ID |
 *  +-----------+--------+----------+----------+------+--------------+
 *  24             28           32                 36           38            40         48
 *  +--------------+------------+------------------+------------+-------------+----------+
 *  | OEM revision | creator ID | creator revision | node count | node offset | reserved |
 *  +--------------+------------+------------------+------------+-------------+----------+
 * </pre>
 *
 * <p>From the node offset on follow the nodes without gaps, each with the same four bytes at its start:
 *
 * <pre>
 *  0      1          2        4
 *  +------+----------+--------+---
 *  | type | reserved | length | ...
 *  +------+----------+--------+---
 * </pre>
 *
 * <p>PCI range:
 *
 * <pre>
 *  4                8               10            12          14        16            18         24
 *  +----------------+---------------+-------------+-----------+---------+-------------+----------+
 *  | endpoint start | segment start | segment end | BDF start | BDF end | output node | reserved |
 *  +----------------+---------------+-------------+-----------+---------+-------------+----------+
 * </pre>
 *
 * <p>MMIO endpoint:
 *
 * <pre>
 *  4          8              16            18         24
 *  +----------+--------------+-------------+----------+
 *  | endpoint | base address | output node | reserved |
 *  +----------+--------------+-------------+----------+
 * </pre>
 *
 * <p>virtio-iommu based on virtio-pci:
 *
 * <pre>
 *  4         6     8          16
 *  +---------+-----+----------+
 *  | segment | BDF | reserved |
 *  +---------+-----+----------+
 * </pre>
 *
 * <p>virtio-iommu based on virtio-mmio:
 *
 * <pre>
 *  4          8              16
 *  +----------+--------------+
 *  | reserved | base address |
 *  +----------+--------------+
 * </pre>
 */
public final class ViotLayout {
    /** Value of {@link #SIGNATURE} as text. */
    public static final String SIGNATURE_TEXT = "VIOT";

    /** Four characters: {@link #SIGNATURE_TEXT}. */
    public static final int SIGNATURE = 0;

    /** le32: size of the table in bytes, header included. */
    public static final int LENGTH = 4;

    /** One byte: revision of the table, 0. */
    public static final int REVISION = 8;

    /** One byte that makes all bytes of the table add up to 0 modulo 256. */
    public static final int CHECKSUM = 9;

    /** Six characters: who made the table. */
    public static final int OEM_ID = 10;

    /** Eight characters: the maker's name for the table. */
    public static final int OEM_TABLE_ID = 16;

    /** le32: the maker's revision of the table. */
    public static final int OEM_REVISION = 24;

    /** Four characters: what wrote the table. */
    public static final int CREATOR_ID = 28;

    /** le32: revision of what wrote the table. */
    public static final int CREATOR_REVISION = 32;

    /** le16: number of nodes. */
    public static final int NODE_COUNT = 36;

    /** le16: offset of the first node from the start of the table, at least {@link #HEADER_SIZE}. */
    public static final int NODE_OFFSET = 38;

    /** Eight bytes, zero. */
    public static final int HEADER_RESERVED = 40;

    /** Size of the header, and the lowest node offset. */
    public static final int HEADER_SIZE = 48;

    /** One byte, in each node: its type. */
    public static final int NODE_TYPE = 0;

    /** One byte, in each node: zero. */
    public static final int NODE_RESERVED = 1;

    /** le16, in each node: its size in bytes. */
    public static final int NODE_LENGTH = 2;

    /** Size of what all nodes have in common. */
    public static final int NODE_HEADER_SIZE = 4;

    /** Type of a PCI range. */
    public static final int PCI_RANGE = 1;

    /** le32: endpoint ID of the first function of the range. */
    public static final int PCI_RANGE_ENDPOINT_START = 4;

    /** le16: lowest segment. */
    public static final int PCI_RANGE_SEGMENT_START = 8;

    /** le16: highest segment, inclusive. */
    public static final int PCI_RANGE_SEGMENT_END = 10;

    /** le16: lowest BDF in each segment. */
    public static final int PCI_RANGE_BDF_START = 12;

    /** le16: highest BDF in each segment, inclusive. */
    public static final int PCI_RANGE_BDF_END = 14;

    /** Six bytes, zero. */
    public static final int PCI_RANGE_RESERVED = 18;

    /** Size of a PCI range. */
    public static final int PCI_RANGE_SIZE = 24;

    /** Type of an MMIO endpoint. */
    public static final int MMIO_ENDPOINT = 2;

    /** le32: endpoint ID. */
    public static final int MMIO_ENDPOINT_ID = 4;

    /** le64: address of the device's first memory resource. */
    public static final int MMIO_ENDPOINT_BASE = 8;

    /** Six bytes, zero. */
    public static final int MMIO_ENDPOINT_RESERVED = 18;

    /** Size of an MMIO endpoint. */
    public static final int MMIO_ENDPOINT_SIZE = 24;

    /** le16, in a PCI range and in an MMIO endpoint: offset of their IOMMU's node from the start of the table; it may come later. */
    public static final int OUTPUT_NODE = 16;

    /** Type of a virtio-iommu based on virtio-pci. */
    public static final int VIRTIO_PCI = 3;

    /** le16: segment of the IOMMU. */
    public static final int VIRTIO_PCI_SEGMENT = 4;

    /** le16: BDF of the IOMMU. */
    public static final int VIRTIO_PCI_BDF = 6;

    /** Eight bytes, zero. */
    public static final int VIRTIO_PCI_RESERVED = 8;

    /** Size of a virtio-iommu based on virtio-pci. */
    public static final int VIRTIO_PCI_SIZE = 16;

    /** Type of a virtio-iommu based on virtio-mmio. */
    public static final int VIRTIO_MMIO = 4;

    /** Four bytes, zero. */
    public static final int VIRTIO_MMIO_RESERVED = 4;

    /** le64: address of the IOMMU's first register. */
    public static final int VIRTIO_MMIO_BASE = 8;

    /** Size of a virtio-iommu based on virtio-mmio. */
    public static final int VIRTIO_MMIO_SIZE = 16;

    private ViotLayout() {}
}
