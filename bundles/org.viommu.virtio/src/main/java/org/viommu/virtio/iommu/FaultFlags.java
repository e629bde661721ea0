// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/** Flags of a fault report (virtio 1.4, 5.13.6.9). */
public final class FaultFlags {
    /** The endpoint tried to read. */
    public static final int READ = 1 << 0;

    /** The endpoint tried to write. */
    public static final int WRITE = 1 << 1;

    /** The report's address is valid. */
    public static final int ADDRESS = 1 << 8;

    private FaultFlags() {}
}
