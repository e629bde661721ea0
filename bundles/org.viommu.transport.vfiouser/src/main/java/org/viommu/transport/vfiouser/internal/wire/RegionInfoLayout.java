// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * Body of DEVICE_GET_REGION_INFO, in both directions; vfio-user 0.0, VFIO_USER_DEVICE_GET_REGION_INFO. No region here
 * has capabilities.
 *
 * <pre>
 * 0         4         8         12        16                  24                  32
 * +---------+---------+---------+---------+-------------------+-------------------+
 * | argsz   | flags   | index   | cap off | size              | offset in file    |
 * +---------+---------+---------+---------+-------------------+-------------------+
 * </pre>
 */
public final class RegionInfoLayout {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int INDEX = 8;
    public static final int CAP_OFFSET = 12;
    public static final int SIZE = 16;
    public static final int OFFSET = 24;
    public static final int LENGTH = 32;

    public static final int FLAG_READ = 0x1;
    public static final int FLAG_WRITE = 0x2;

    private RegionInfoLayout() {}
}
