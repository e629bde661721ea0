// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

/**
 * I/O virtual addresses that must not be mapped for an endpoint (virtio 1.4, 5.13.6.8.1).
 *
 * @param start first address, unsigned
 * @param end last address (inclusive), unsigned
 * @param messages whether it is the window to which message-signalled interrupts are written; accesses to another kind
 *     of range are refused
 */
public record ReservedRange(long start, long end, boolean messages) {
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
}
