// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * Body of DMA_MAP; vfio-user 0.0, VFIO_USER_DMA_MAP. The file comes as one file descriptor. The reply has no body.
 *
 * <pre>
 * 0         4         8                   16                  24                  32
 * +---------+---------+-------------------+-------------------+-------------------+
 * | argsz   | flags   | offset in file    | address           | size              |
 * +---------+---------+-------------------+-------------------+-------------------+
 * </pre>
 */
public final class DmaMapLayout {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int OFFSET = 8;
    public static final int ADDRESS = 16;
    public static final int SIZE = 24;
    public static final int LENGTH = 32;

    public static final int FLAG_READABLE = 0x1;
    public static final int FLAG_WRITABLE = 0x2;

    private DmaMapLayout() {}
}
