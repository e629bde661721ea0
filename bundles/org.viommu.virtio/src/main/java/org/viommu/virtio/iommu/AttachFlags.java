// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/** Flags of an ATTACH request (virtio 1.4, 5.13.6.3). */
public final class AttachFlags {
    /** The domain is a bypass domain: all accesses of its endpoints pass untranslated. */
    public static final int BYPASS = 1 << 0;

    /** All flags of the standard. */
    public static final int ALL = BYPASS;

    private AttachFlags() {}
}
