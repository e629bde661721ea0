// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a device says of itself, as far as answers depend on it.
 *
 * @param granule smallest unit of a mapping, in bytes, a power of two
 * @param inputStart first I/O virtual address that can be translated, unsigned
 * @param inputEnd last I/O virtual address that can be translated (inclusive), unsigned
 * @param domainStart first domain ID, unsigned
 * @param domainEnd last domain ID (inclusive), unsigned
 * @param reserved the endpoints that exist, and what is reserved for each
 */
public record Limits(
        long granule,
        long inputStart,
        long inputEnd,
        int domainStart,
        int domainEnd,
        Map<Integer, List<ReservedRange>> reserved) {
    /** Copies the map, in its order. */
    public Limits {
        reserved = new LinkedHashMap<>(reserved);
    }

    /**
     * The endpoints that exist.
     *
     * @return their IDs
     */
    public List<Integer> endpoints() {
        return new ArrayList<>(reserved.keySet());
    }
}
