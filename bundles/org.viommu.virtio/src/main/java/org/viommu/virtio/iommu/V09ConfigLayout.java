// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * The device-specific configuration space of version 0.9 of the proposal, which the first drivers spoke and the standard
 * has replaced by {@link IommuConfigLayout}. The first 24 bytes are the same.
 *
 * <pre>
 *  0           8             16            24            25        28           32
 *  +-----------+-------------+-------------+-------------+---------+------------+
 *  | page size | input range | input range | domain bits | padding | probe size |
 *  | mask      | start       | end         |             |         |            |
 *  +-----------+-------------+-------------+-------------+---------+------------+
 * </pre>
 */
public final class V09ConfigLayout {
    /** u8: number of bits of a domain ID; valid with the feature bit that is now {@link IommuFeatures#DOMAIN_RANGE}. */
    public static final int DOMAIN_BITS = 24;

    /** le32: size of the properties in a PROBE answer, in bytes. */
    public static final int PROBE_SIZE = 28;

    /** Size of the space. */
    public static final int SIZE = 32;

    private V09ConfigLayout() {}
}
