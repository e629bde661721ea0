// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * One property in the answer to a PROBE request (virtio 1.4, 5.13.6.8). The next one begins {@link #HEAD_SIZE} + length
 * bytes further; the list ends with type {@link #NONE} or with the buffer.
 *
 * <pre>
 *  bit 0                    12          16
 *  byte 0                               2        4
 *  +------------------------+-----------+--------+----...
 *  | type                   | reserved  | length | value
 *  +------------------------+-----------+--------+----...
 * </pre>
 */
public final class PropertyLayout {
    /** le16: the type in bits 0 to 11; the driver ignores a property whose other bits are not zero. */
    public static final int TYPE = 0;

    /** le16: bytes of the value, without this head. */
    public static final int LENGTH = 2;

    /** Size of the head. */
    public static final int HEAD_SIZE = 4;

    /** The bits of {@link #TYPE} that hold the type. */
    public static final int TYPE_MASK = 0xfff;

    /** Type: there are no more properties. */
    public static final int NONE = 0;

    /** Type: a reserved range of addresses, see {@link ReservedMemoryLayout}. */
    public static final int RESERVED_MEMORY = 1;

    private PropertyLayout() {}
}
