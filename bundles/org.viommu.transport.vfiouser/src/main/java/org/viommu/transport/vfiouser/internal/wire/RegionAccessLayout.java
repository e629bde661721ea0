// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * Body of REGION_READ and REGION_WRITE, in both directions; vfio-user 0.0, VFIO_USER_REGION_READ and
 * VFIO_USER_REGION_WRITE. The reply to a read and the command to write carry the data.
 *
 * <pre>
 * 0                   8         12        16
 * +-------------------+---------+---------+------------------------+
 * | offset            | region  | count   | count bytes            |
 * +-------------------+---------+---------+------------------------+
 * </pre>
 */
public final class RegionAccessLayout {
    public static final int OFFSET = 0;
    public static final int REGION = 8;
    public static final int COUNT = 12;
    public static final int DATA = 16;

    private RegionAccessLayout() {}
}
