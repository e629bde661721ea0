// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

/** Outcome of {@link MappingTable#map}. */
public enum MapResult {
    /** The mapping exists now. */
    OK,
    /** The range overlaps an existing mapping; nothing has changed. */
    OVERLAP,
    /** The store's memory or quota is exhausted; nothing has changed. */
    NO_MEMORY
}
