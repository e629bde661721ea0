// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

/**
 * A piece of a buffer: guest-physical for the driver, I/O virtual for the device.
 *
 * @param address of the first byte, unsigned
 * @param length in bytes, at least 1
 */
public record DmaSegment(long address, long length) {
    /**
     * Checks the length.
     *
     * @throws IllegalArgumentException if the length is below 1 or the piece goes on beyond the last address
     */
    public DmaSegment {
        if (length < 1 || Long.compareUnsigned(address + (length - 1), address) < 0) {
            throw new IllegalArgumentException("0x%x bytes at 0x%x are no piece of memory".formatted(length, address));
        }
    }
}
