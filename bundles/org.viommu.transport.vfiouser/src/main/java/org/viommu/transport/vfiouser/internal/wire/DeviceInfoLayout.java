// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * Body of DEVICE_GET_INFO, in both directions; vfio-user 0.0, VFIO_USER_DEVICE_GET_INFO.
 *
 * <pre>
 * 0         4         8         12        16
 * +---------+---------+---------+---------+
 * | argsz   | flags   | regions | irqs    |
 * +---------+---------+---------+---------+
 * </pre>
 */
public final class DeviceInfoLayout {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int REGIONS = 8;
    public static final int IRQS = 12;
    public static final int LENGTH = 16;

    public static final int FLAG_RESET = 0x1;
    public static final int FLAG_PCI = 0x2;

    private DeviceInfoLayout() {}
}
