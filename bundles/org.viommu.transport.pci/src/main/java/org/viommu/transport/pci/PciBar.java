// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

/**
 * A memory BAR of a PCI function.
 *
 * @param index 0 to 5; a 64-bit BAR also takes the next index
 * @param size in bytes, a power of two, at least 4096
 * @param wide whether it is a 64-bit BAR
 * @param prefetchable whether it is marked prefetchable
 */
public record PciBar(int index, long size, boolean wide, boolean prefetchable) {
    /**
     * Checks index and size.
     *
     * @throws IllegalArgumentException if the index is not in 0..5 (0..4 for a 64-bit BAR) or the size is no power of
     *     two of at least 4096
     */
    public PciBar {
        if (index < 0 || index > (wide ? 4 : 5)) {
            throw new IllegalArgumentException("BAR index " + index + " does not exist");
        }
        if (size < 4096 || Long.bitCount(size) != 1) {
            throw new IllegalArgumentException(
                    "size " + size + " of BAR " + index + " is no power of two of at least 4096");
        }
    }
}
