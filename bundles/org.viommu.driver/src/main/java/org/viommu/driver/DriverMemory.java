// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.util.function.Supplier;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;

/**
 * The piece of guest memory in which a driver keeps its rings and buffers. Nothing else uses it while the driver runs.
 *
 * @param memory opens a way to the guest's memory for one thread, which closes it
 * @param start first guest-physical address, unsigned
 * @param end last address (inclusive), unsigned; {@link #USUAL_SIZE} bytes suffice for any usual device
 */
public record DriverMemory(Supplier<MemoryAccess> memory, long start, long end) {
    /** Bytes that suffice for a device whose probe size is below 32 KiB. */
    public static final long USUAL_SIZE = 64 << 10;

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if the end is below the start
     */
    public DriverMemory {
        if (Long.compareUnsigned(end, start) < 0) {
            throw new IllegalArgumentException(
                    "driver memory ends at 0x%x, before its start 0x%x".formatted(end, start));
        }
    }

    /**
     * A piece of memory in this process.
     *
     * @param memory the guest's memory
     * @param start first guest-physical address, unsigned
     * @param end last address (inclusive), unsigned
     * @throws IllegalArgumentException if the end is below the start
     */
    public DriverMemory(GuestMemory memory, long start, long end) {
        this(memory::open, start, end);
    }
}
