// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix.internal;

/** What one removal comes to. Confined to the writer. */
final class Removal {
    private long mappings;
    private boolean refused;

    void begin() {
        mappings = 0;
        refused = false;
    }

    void add(long removed) {
        mappings += removed;
    }

    /** The range cuts a mapping, so that nothing is removed. */
    void refuse() {
        refused = true;
    }

    long mappings() {
        return mappings;
    }

    boolean refused() {
        return refused;
    }
}
