// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.List;

/**
 * A domain on paper.
 *
 * @param id unsigned 32-bit
 * @param bypass whether accesses pass untranslated
 * @param endpoints IDs of the endpoints in it, at least one
 * @param mappings four numbers each: first and last I/O virtual address, first guest-physical address, flags
 */
record SavedDomain(int id, boolean bypass, List<Integer> endpoints, long[] mappings) {
    /** Numbers that describe a mapping. */
    static final int FIELDS = 4;
}
