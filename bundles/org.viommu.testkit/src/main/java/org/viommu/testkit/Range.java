// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

/** One mapping as a value, for comparison. */
record Range(long start, long end, long physical, int flags) {

    boolean holds(long address) {
        return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) <= 0;
    }

    @Override
    public String toString() {
        return String.format("[%x..%x]->%x/%x", start, end, physical, flags);
    }
}
