// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

/** Counts what one change removes. Confined to the writer. */
final class Tally {
    private long mappings;

    void add(long removed) {
        mappings += removed;
    }

    /** The count since the last call. */
    long take() {
        long taken = mappings;
        mappings = 0;
        return taken;
    }
}
