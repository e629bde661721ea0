// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

import java.util.Map;

/** Feature bits of the IOMMU device (virtio 1.4, 5.13.3), as masks. */
public final class IommuFeatures {
    /** The configuration space says which I/O virtual addresses can be translated. */
    public static final long INPUT_RANGE = 1L << 0;

    /** The configuration space says which domain IDs exist. */
    public static final long DOMAIN_RANGE = 1L << 1;

    /** MAP and UNMAP requests exist. */
    public static final long MAP_UNMAP = 1L << 2;

    /** Unattached endpoints bypass, once negotiated. Superseded by {@link #BYPASS_CONFIG}. */
    public static final long BYPASS = 1L << 3;

    /** PROBE requests exist, and the configuration space says how large their answers are. */
    public static final long PROBE = 1L << 4;

    /** The flag {@link MapFlags#MMIO} exists. */
    public static final long MMIO = 1L << 5;

    /**
     * The configuration space holds the global bypass byte, effective as soon as this bit is offered; {@link
     * AttachFlags#BYPASS} exists.
     */
    public static final long BYPASS_CONFIG = 1L << 6;

    /** The names of the bits of this class. */
    public static final Map<Long, String> NAMES = Map.of(
            INPUT_RANGE, "INPUT_RANGE",
            DOMAIN_RANGE, "DOMAIN_RANGE",
            MAP_UNMAP, "MAP_UNMAP",
            BYPASS, "BYPASS",
            PROBE, "PROBE",
            MMIO, "MMIO",
            BYPASS_CONFIG, "BYPASS_CONFIG");

    private IommuFeatures() {}
}
