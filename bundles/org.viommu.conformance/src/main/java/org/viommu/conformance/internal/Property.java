// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.viommu.conformance.ReservedRange;
import org.viommu.virtio.iommu.PropertyLayout;
import org.viommu.virtio.iommu.ReservedMemoryLayout;

/**
 * A property in the answer to a PROBE.
 *
 * @param head the field that holds the type, with its reserved bits
 * @param value what follows the head of the property
 */
record Property(int head, byte[] value) {
    /**
     * Cuts a list into properties.
     *
     * @param list the answer's writable part
     * @param size of the list in it
     * @throws Unmet if a property does not end within the list
     */
    static List<Property> parse(ByteBuffer list, int size) throws Unmet {
        List<Property> properties = new ArrayList<>();
        int at = 0;
        while (at + PropertyLayout.HEAD_SIZE <= size) {
            int head = Short.toUnsignedInt(list.getShort(at + PropertyLayout.TYPE));
            int length = Short.toUnsignedInt(list.getShort(at + PropertyLayout.LENGTH));
            if ((head & PropertyLayout.TYPE_MASK) == PropertyLayout.NONE) {
                break;
            }
            int next = at + PropertyLayout.HEAD_SIZE + length;
            if (next > size) {
                throw new Unmet("the property at %d has %d bytes, of a list of %d".formatted(at, length, size));
            }
            byte[] value = new byte[length];
            list.get(at + PropertyLayout.HEAD_SIZE, value);
            properties.add(new Property(head, value));
            at = next;
        }
        return properties;
    }

    /** Bytes in a list of properties up to the end of the last one. */
    static int length(List<Property> properties) {
        return properties.stream()
                .mapToInt(property -> PropertyLayout.HEAD_SIZE + property.value.length)
                .sum();
    }

    int type() {
        return head & PropertyLayout.TYPE_MASK;
    }

    boolean reservedMemory() {
        return type() == PropertyLayout.RESERVED_MEMORY && value.length >= ReservedMemoryLayout.LENGTH;
    }

    int subtype() {
        return Byte.toUnsignedInt(value[ReservedMemoryLayout.SUBTYPE - PropertyLayout.HEAD_SIZE]);
    }

    ReservedRange region() {
        ByteBuffer fields = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        return new ReservedRange(
                fields.getLong(ReservedMemoryLayout.START - PropertyLayout.HEAD_SIZE),
                fields.getLong(ReservedMemoryLayout.END - PropertyLayout.HEAD_SIZE),
                subtype() == ReservedMemoryLayout.MSI);
    }
}
