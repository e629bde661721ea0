// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * The device-specific configuration space (virtio 1.4, 5.13.4).
 *
 * <pre>
 *  0           8             16            24             28            32           36       37         40
 *  +-----------+-------------+-------------+--------------+-------------+------------+--------+----------+
 *  | page size | input range | input range | domain range | domain      | probe size | bypass | reserved |
 *  | mask      | start       | end         | start        | range end   |            |        |          |
 *  +-----------+-------------+-------------+--------------+-------------+------------+--------+----------+
 * </pre>
 */
public final class IommuConfigLayout {
    /** le64: page sizes that can be mapped; the lowest bit set is the granule, the others are hints. */
    public static final int PAGE_SIZE_MASK = 0;

    /** le64: first I/O virtual address that can be translated; valid with {@link IommuFeatures#INPUT_RANGE}. */
    public static final int INPUT_RANGE_START = 8;

    /** le64: last I/O virtual address that can be translated (inclusive). */
    public static final int INPUT_RANGE_END = 16;

    /** le32: first domain ID; valid with {@link IommuFeatures#DOMAIN_RANGE}. */
    public static final int DOMAIN_RANGE_START = 24;

    /** le32: last domain ID (inclusive). */
    public static final int DOMAIN_RANGE_END = 28;

    /** le32: size of the properties in a PROBE answer, in bytes; valid with {@link IommuFeatures#PROBE}. */
    public static final int PROBE_SIZE = 32;

    /**
     * u8, 0 or 1: whether unattached endpoints bypass; the only field that a driver may write; valid with {@link
     * IommuFeatures#BYPASS_CONFIG}.
     */
    public static final int BYPASS = 36;

    /** Size of the space. */
    public static final int SIZE = 40;

    private IommuConfigLayout() {}
}
