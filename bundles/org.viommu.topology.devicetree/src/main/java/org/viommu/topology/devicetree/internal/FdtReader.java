// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.viommu.topology.Problem;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.devicetree.FdtLayout;

/**
 * Reads a flattened devicetree. What cannot be told apart is refused; what Linux passes over is left out and reported. Time and memory are proportional to the
 * size of the blob.
 */
final class FdtReader {
    /** Levels below each other, as in Linux. */
    private static final int MAX_DEPTH = 64;

    /** Characters of the name of a node or property; the specification allows 31 without the unit address. */
    private static final int MAX_NAME = 255;

    /** Bytes of a path; far above what machines have. */
    private static final int MAX_PATH = 512;

    private final byte[] bytes;
    private final ByteBuffer blob;
    private final FdtHeader header;
    private final Findings findings = new Findings();
    private final Map<Integer, String> names = new HashMap<>();
    private final DeviceNode root = DeviceNode.root();

    private DeviceNode node;
    private boolean rooted;
    private int depth;
    private int pathLength;
    private int position;

    private FdtReader(byte[] bytes) throws TopologyFormatException {
        this.bytes = bytes;
        blob = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        header = FdtHeader.read(blob);
    }

    /**
     * Reads a blob.
     *
     * @throws TopologyFormatException if it is none; the only exception that its contents can cause
     */
    static DeviceTree read(byte[] bytes) throws TopologyFormatException {
        FdtReader reader = new FdtReader(bytes);
        List<DeviceTree.Reservation> reservations = reader.reservations();
        reader.structure();
        if (bytes.length > reader.header.totalSize()) {
            reader.findings.add(
                    Problem.Kind.IGNORED_CONTENT,
                    "byte 0x" + Integer.toHexString(reader.header.totalSize()),
                    bytes.length - reader.header.totalSize() + " bytes behind the blob are ignored");
        }
        return new DeviceTree(reader.root, reservations, reader.header.bootCpu(), reader.findings.problems());
    }

    private List<DeviceTree.Reservation> reservations() throws TopologyFormatException {
        List<DeviceTree.Reservation> reservations = new ArrayList<>();
        int offset = header.reservations();
        while (true) {
            if (header.totalSize() - offset < FdtLayout.RESERVATION_SIZE) {
                throw new TopologyFormatException(
                        offset,
                        "memory reservation " + reservations.size(),
                        "beyond the end of the blob",
                        "which must not come before an entry of zeros");
            }
            long address = blob.getLong(offset);
            long size = blob.getLong(offset + Long.BYTES);
            if (address == 0 && size == 0) {
                return reservations;
            }
            reservations.add(new DeviceTree.Reservation(address, size));
            offset += FdtLayout.RESERVATION_SIZE;
        }
    }

    private void structure() throws TopologyFormatException {
        position = header.structure();
        while (true) {
            int offset = position;
            int token = cell("token");
            switch (token) {
                case FdtLayout.BEGIN_NODE -> begin(offset);
                case FdtLayout.PROP -> property(offset);
                case FdtLayout.END_NODE -> end(offset);
                case FdtLayout.NOP -> {}
                case FdtLayout.END -> {
                    finish(offset);
                    return;
                }
                default -> throw unexpected(offset, "0x" + Integer.toHexString(token), "must be 1, 2, 3, 4 or 9");
            }
        }
    }

    private void begin(int offset) throws TopologyFormatException {
        String name = name(position, header.structureEnd(), "name of a node" + in());
        position = aligned(position + name.length() + 1);
        if (node == null) {
            if (rooted) {
                throw unexpected(offset, "BEGIN_NODE", "but there must be one root only");
            }
            if (!name.isEmpty()) {
                findings.add(
                        Problem.Kind.IGNORED_CONTENT,
                        "/ at byte 0x" + Integer.toHexString(offset),
                        "the root's name must be empty and is ignored");
            }
            rooted = true;
            node = root;
        } else {
            depth++;
            pathLength += 1 + name.length();
            if (depth >= MAX_DEPTH || pathLength > MAX_PATH) {
                throw unexpected(
                        offset,
                        "a node " + depth + " levels down whose path has " + pathLength + " bytes",
                        "allowed are " + MAX_DEPTH + " levels and " + MAX_PATH + " bytes");
            }
            node = node.add(name);
        }
    }

    private void end(int offset) throws TopologyFormatException {
        if (node == null) {
            throw unexpected(offset, "END_NODE", "but no node is open");
        }
        pathLength -= node == root ? 0 : 1 + node.name().length();
        depth--;
        node = node.parent();
    }

    private void property(int offset) throws TopologyFormatException {
        if (node == null) {
            throw unexpected(offset, "PROP", "but no node is open");
        }
        int length = cell("length of a property");
        int nameOffset = cell("name of a property");
        int value = position;
        if (length < 0 || length > header.structureEnd() - value) {
            throw new TopologyFormatException(
                    offset + FdtLayout.CELL,
                    "length of a property" + in(),
                    Integer.toUnsignedString(length),
                    "must be at most " + (header.structureEnd() - value));
        }
        int stringsSize = header.stringsEnd() - header.strings();
        if (nameOffset < 0 || nameOffset >= stringsSize) {
            throw new TopologyFormatException(
                    offset + 2 * FdtLayout.CELL,
                    "name offset of a property" + in(),
                    Integer.toUnsignedString(nameOffset),
                    "must be below " + stringsSize + ", the size of the strings");
        }
        position = aligned(value + length);
        String name = propertyName(nameOffset);
        DeviceProperty property = new DeviceProperty(name, copy(value, length), value);
        if (!node.children().isEmpty()) {
            findings.add(
                    Problem.Kind.IGNORED_CONTENT,
                    node,
                    property,
                    "it comes after a child node, where Linux does not see it, and is left out");
        } else if (node.property(name).isPresent()) {
            findings.add(
                    Problem.Kind.IGNORED_CONTENT,
                    node,
                    property,
                    "the node has a property of that name already, which counts; this one is left out");
        } else {
            node.set(property);
        }
    }

    private void finish(int offset) throws TopologyFormatException {
        if (!rooted || node != null) {
            throw unexpected(offset, "END", node == null ? "but there is no node" : "but a node is open");
        }
        checkChildren();
    }

    private void checkChildren() {
        root.forEach(each -> {
            Set<String> seen = new HashSet<>();
            for (DeviceNode child : each.children()) {
                if (!seen.add(child.name())) {
                    findings.add(
                            Problem.Kind.IGNORED_CONTENT, child, "another node has the same path; both are looked at");
                }
            }
        });
    }

    private byte[] copy(int offset, int length) {
        byte[] copy = new byte[length];
        System.arraycopy(bytes, offset, copy, 0, length);
        return copy;
    }

    private String propertyName(int offset) throws TopologyFormatException {
        String known = names.get(offset);
        if (known == null) {
            known = name(header.strings() + offset, header.stringsEnd(), "name of a property" + in());
            names.put(offset, known);
        }
        return known;
    }

    /** The characters up to a NUL. */
    private String name(int offset, int end, String what) throws TopologyFormatException {
        int limit = Math.min(end, offset + MAX_NAME + 1);
        for (int i = offset; i < limit; i++) {
            if (bytes[i] == 0) {
                return new String(bytes, offset, i - offset, StandardCharsets.ISO_8859_1);
            }
        }
        throw new TopologyFormatException(
                offset,
                what,
                "not ended within " + Math.max(0, limit - offset) + " bytes",
                "but must end with a NUL within its block and have at most " + MAX_NAME + " characters");
    }

    private int cell(String what) throws TopologyFormatException {
        if (header.structureEnd() - position < FdtLayout.CELL) {
            throw new TopologyFormatException(
                    position,
                    what + in(),
                    "beyond the end of the structure at byte 0x" + Integer.toHexString(header.structureEnd()),
                    "which must end with the token END");
        }
        int value = blob.getInt(position);
        position += FdtLayout.CELL;
        return value;
    }

    private static int aligned(int offset) {
        return offset + FdtLayout.CELL - 1 & -FdtLayout.CELL;
    }

    private String in() {
        return node == null ? "" : " in " + node.path();
    }

    private TopologyFormatException unexpected(int offset, String value, String expected) {
        return new TopologyFormatException(offset, "token" + in(), value, expected);
    }
}
