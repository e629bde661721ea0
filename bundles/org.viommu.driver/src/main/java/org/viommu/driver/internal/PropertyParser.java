// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.viommu.driver.ProbeResult;
import org.viommu.driver.ReservedRange;
import org.viommu.virtio.iommu.PropertyLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.ReservedMemoryLayout;

/** Reads the list of properties in the answer to a PROBE request (virtio 1.4, 5.13.6.8), and trusts no length in it. */
final class PropertyParser {
    private static final ProbeResult MALFORMED = new ProbeResult(RequestStatus.IOERR, List.of());

    private PropertyParser() {}

    /** Parses a little-endian buffer from its position to its limit. */
    static ProbeResult parse(ByteBuffer properties) {
        List<ReservedRange> reserved = new ArrayList<>();
        int at = properties.position();
        while (properties.limit() - at >= PropertyLayout.HEAD_SIZE) {
            int type = Short.toUnsignedInt(properties.getShort(at + PropertyLayout.TYPE));
            int length = Short.toUnsignedInt(properties.getShort(at + PropertyLayout.LENGTH));
            if (type == PropertyLayout.NONE) {
                break;
            }
            if (length > properties.limit() - at - PropertyLayout.HEAD_SIZE) {
                return MALFORMED;
            }
            // A type with reserved bits is none that is known, so it is passed over.
            if (type == PropertyLayout.RESERVED_MEMORY) {
                ReservedRange range = reservedRange(properties, at, length);
                if (range == null) {
                    return MALFORMED;
                }
                reserved.add(range);
            }
            at += PropertyLayout.HEAD_SIZE + length;
        }
        return new ProbeResult(RequestStatus.OK, reserved);
    }

    /** A range, or null if it is too short to be one or ends before its start. */
    private static ReservedRange reservedRange(ByteBuffer properties, int at, int length) {
        if (length < ReservedMemoryLayout.LENGTH) {
            return null;
        }
        int subtype = Byte.toUnsignedInt(properties.get(at + ReservedMemoryLayout.SUBTYPE));
        long start = properties.getLong(at + ReservedMemoryLayout.START);
        long end = properties.getLong(at + ReservedMemoryLayout.END);
        return Long.compareUnsigned(end, start) < 0
                ? null
                : new ReservedRange(start, end, subtype == ReservedMemoryLayout.MSI);
    }
}
