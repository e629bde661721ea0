// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

/** Outcome of {@link MappingTable#unmap}. */
public enum UnmapResult {
    /** No mapping is left in the range. There may have been none. */
    OK,
    /** The range cuts a mapping; nothing has changed. */
    SPLIT
}
