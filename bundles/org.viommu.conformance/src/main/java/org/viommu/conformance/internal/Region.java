// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

/**
 * A reserved range of I/O virtual addresses.
 *
 * @param start first address, unsigned
 * @param end last address (inclusive), unsigned
 * @param msi whether message-signalled interrupts pass there; otherwise accesses are refused
 */
record Region(long start, long end, boolean msi) {
    boolean overlaps(long first, long last) {
        return Long.compareUnsigned(start, last) <= 0 && Long.compareUnsigned(first, end) <= 0;
    }

    @Override
    public String toString() {
        return "%s 0x%x-0x%x".formatted(msi ? "MSI" : "RESERVED", start, end);
    }
}
