// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/** Flags of a MAP request in version 0.9 of the proposal; READ and WRITE are those of {@link MapFlags}. */
public final class V09MapFlags {
    /** Endpoints may fetch instructions. The standard has no such flag. */
    public static final int EXEC = 1 << 2;

    /** The range holds device registers; where the standard has {@link MapFlags#MMIO} there was {@link #EXEC}. */
    public static final int MMIO = 1 << 3;

    /** All flags of version 0.9. */
    public static final int ALL = MapFlags.READ | MapFlags.WRITE | EXEC | MMIO;

    private V09MapFlags() {}
}
