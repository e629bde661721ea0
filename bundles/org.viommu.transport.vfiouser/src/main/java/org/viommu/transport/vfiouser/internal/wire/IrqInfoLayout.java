// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * Body of DEVICE_GET_IRQ_INFO, in both directions; vfio-user 0.0, VFIO_USER_DEVICE_GET_IRQ_INFO.
 *
 * <pre>
 * 0         4         8         12        16
 * +---------+---------+---------+---------+
 * | argsz   | flags   | index   | count   |
 * +---------+---------+---------+---------+
 * </pre>
 */
public final class IrqInfoLayout {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int INDEX = 8;
    public static final int COUNT = 12;
    public static final int LENGTH = 16;

    public static final int FLAG_EVENTFD = 0x1;
    public static final int FLAG_MASKABLE = 0x2;
    public static final int FLAG_AUTOMASKED = 0x4;

    private IrqInfoLayout() {}
}
