// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

/**
 * A range of guest memory.
 *
 * @param start first address, guest-physical, a multiple of 65536
 * @param length in bytes
 */
public record Arena(long start, long length) {
    private static final int ALIGNMENT = 65_536;

    /**
     * Checks the alignment.
     *
     * @throws IllegalArgumentException if the start is not aligned or the length is not above 0
     */
    public Arena {
        if (start % ALIGNMENT != 0 || length <= 0) {
            throw new IllegalArgumentException(
                    "memory of 0x%x bytes at 0x%x: it must begin at a multiple of 65536 and not be empty"
                            .formatted(length, start));
        }
    }
}
