// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * Body of REGION_WRITE_MULTI; vfio-user 0.0, VFIO_USER_REGION_WRITE_MULTI. Each write has the form of {@link
 * RegionAccessLayout} with 8 bytes of room for data; the first {@code count} of them are written. The reply carries the
 * number of writes alone.
 *
 * <pre>
 * 0                   8
 * +-------------------+----------------------------+-----
 * | number of writes  | write 0 (24 bytes)         | ...
 * +-------------------+----------------------------+-----
 * </pre>
 */
public final class RegionWriteMultiLayout {
    public static final int WRITES = 0;
    public static final int FIRST = 8;
    public static final int REPLY_LENGTH = 8;

    /** Distance from one write to the next. */
    public static final int STRIDE = 24;

    public static final int MAX_DATA = STRIDE - RegionAccessLayout.DATA;

    private RegionWriteMultiLayout() {}
}
