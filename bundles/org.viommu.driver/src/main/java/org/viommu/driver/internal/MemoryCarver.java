// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import org.viommu.driver.DriverMemory;

/** Cuts a piece of memory into areas, one behind the other. */
final class MemoryCarver {
    private final DriverMemory memory;
    private long used;

    MemoryCarver(DriverMemory memory) {
        this.memory = memory;
    }

    /** Takes the next {@code size} bytes at an address that is a multiple of {@code alignment}, a power of two. */
    long take(long size, int alignment) {
        long padding = -(memory.start() + used) & alignment - 1;
        long start = used + padding;
        used = start + size;
        if (Long.compareUnsigned(used - 1, memory.end() - memory.start()) > 0) {
            throw new IllegalArgumentException("driver memory 0x%x-0x%x is too small: 0x%x bytes are needed and more"
                    .formatted(memory.start(), memory.end(), used));
        }
        return memory.start() + start;
    }
}
