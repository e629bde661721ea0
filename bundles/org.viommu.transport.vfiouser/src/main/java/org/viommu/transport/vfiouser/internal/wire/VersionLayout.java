// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

/**
 * Body of VERSION, in both directions; vfio-user 0.0, VFIO_USER_VERSION.
 *
 * <pre>
 * 0       2       4
 * +-------+-------+---------------------------------------+
 * | major | minor | JSON text with its NUL, or nothing    |
 * +-------+-------+---------------------------------------+
 * </pre>
 */
public final class VersionLayout {
    public static final int MAJOR = 0;
    public static final int MINOR = 2;
    public static final int DATA = 4;

    private VersionLayout() {}
}
