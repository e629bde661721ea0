// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * The header of every message; vfio-user 0.0, Header. Numbers are in the byte order of the machine.
 *
 * <pre>
 * 0       2         4               8               12              16
 * +-------+---------+---------------+---------------+---------------+
 * | id    | command | size          | flags         | error         |
 * +-------+---------+---------------+---------------+---------------+
 * </pre>
 */
public final class HeaderLayout {
    public static final int ID = 0;
    public static final int COMMAND = 2;
    /** Size of the whole message, header included. */
    public static final int SIZE = 4;

    public static final int FLAGS = 8;
    public static final int ERROR = 12;
    public static final int LENGTH = 16;

    /** The bits of the flags that tell a command (0) from a reply. */
    public static final int TYPE_MASK = 0xf;

    public static final int TYPE_REPLY = 0x1;
    public static final int FLAG_NO_REPLY = 0x10;
    public static final int FLAG_ERROR = 0x20;

    private HeaderLayout() {}
}
