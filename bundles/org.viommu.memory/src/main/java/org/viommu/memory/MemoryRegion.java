// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A range of guest-physical addresses and the host's windows onto it.
 *
 * @param start first address, unsigned
 * @param end last address (inclusive), unsigned, not below {@code start}
 * @param writable whether devices may write it
 * @param windows little-endian direct buffers that together cover the region, each but the last {@link #WINDOW_SIZE} bytes; empty for a region that the host
 *     knows but cannot map
 */
public record MemoryRegion(long start, long end, boolean writable, List<ByteBuffer> windows) {
    /** Size of each window but the last, in bytes: 1 GiB, because a buffer cannot hold more than 2 GiB - 1. */
    public static final int WINDOW_SIZE = 1 << 30;

    /**
     * Checks that the windows cover the range.
     *
     * @throws IllegalArgumentException if the end is below the start or the windows do not add up to the range
     */
    public MemoryRegion {
        if (Long.compareUnsigned(end, start) < 0) {
            throw new IllegalArgumentException("region ends at 0x%x, before its start 0x%x".formatted(end, start));
        }
        windows = windows.stream().map(MemoryRegion::littleEndian).toList();
        if (!windows.isEmpty()) {
            checkWindows(start, end, windows);
        }
    }

    /**
     * A region without a way to map it, such as a ROM that the VMM gives without a file descriptor.
     *
     * @param start first address, unsigned
     * @param end last address (inclusive), unsigned
     * @return the region; each access to it is refused as {@link AccessFault.Reason#NOT_MAPPABLE}
     */
    public static MemoryRegion notMappable(long start, long end) {
        return new MemoryRegion(start, end, false, List.of());
    }

    /**
     * Whether accesses can reach the region's bytes.
     *
     * @return false for a region without windows
     */
    public boolean mappable() {
        return !windows.isEmpty();
    }

    private static ByteBuffer littleEndian(ByteBuffer window) {
        return window.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void checkWindows(long start, long end, List<ByteBuffer> windows) {
        long covered = 0;
        for (int i = 0; i < windows.size(); i++) {
            int capacity = windows.get(i).capacity();
            if (i < windows.size() - 1 && capacity != WINDOW_SIZE) {
                throw new IllegalArgumentException("window %d of the region at 0x%x has %d bytes instead of %d".formatted(i, start, capacity, WINDOW_SIZE));
            }
            covered += capacity;
        }
        if (covered - 1 != end - start) {
            throw new IllegalArgumentException("windows cover 0x%x bytes of the region 0x%x-0x%x".formatted(covered, start, end));
        }
    }
}
