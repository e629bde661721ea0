// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * Body of DEVICE_SET_IRQS; vfio-user 0.0, VFIO_USER_DEVICE_SET_IRQS. Eventfds come as file descriptors. The reply has
 * no body.
 *
 * <pre>
 * 0         4         8         12        16        20
 * +---------+---------+---------+---------+---------+------------------------+
 * | argsz   | flags   | index   | start   | count   | count bytes, if BOOL   |
 * +---------+---------+---------+---------+---------+------------------------+
 * </pre>
 */
public final class IrqSetLayout {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int INDEX = 8;
    public static final int START = 12;
    public static final int COUNT = 16;
    public static final int DATA = 20;

    public static final int DATA_MASK = 0x07;
    public static final int DATA_NONE = 0x01;
    public static final int DATA_BOOL = 0x02;
    public static final int DATA_EVENTFD = 0x04;

    public static final int ACTION_MASK = 0x38;
    public static final int ACTION_MASK_IRQ = 0x08;
    public static final int ACTION_UNMASK_IRQ = 0x10;
    public static final int ACTION_TRIGGER = 0x20;

    private IrqSetLayout() {}
}
