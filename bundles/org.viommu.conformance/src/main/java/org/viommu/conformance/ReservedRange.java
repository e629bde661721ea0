// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

/**
 * A range of I/O virtual addresses that a device reserves for an endpoint.
 *
 * @param start first address, unsigned
 * @param end last address (inclusive), unsigned
 * @param msi whether message-signalled interrupts pass there; otherwise accesses are refused
 */
public record ReservedRange(long start, long end, boolean msi) {
    /**
     * Whether the range shares an address with another.
     *
     * @param first first address of the other, unsigned
     * @param last last address of the other (inclusive), unsigned
     * @return true if there is one
     */
    public boolean overlaps(long first, long last) {
        return Long.compareUnsigned(start, last) <= 0 && Long.compareUnsigned(first, end) <= 0;
    }

    @Override
    public String toString() {
        return "%s 0x%x-0x%x".formatted(msi ? "MSI" : "RESERVED", start, end);
    }
}
