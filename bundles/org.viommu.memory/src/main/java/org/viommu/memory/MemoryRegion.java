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
 * @param windows direct buffers that together cover the region from their first to their last byte, each but the last
 *     {@link #WINDOW_SIZE} bytes, at host addresses that equal the guest's modulo 8; kept as little-endian slices;
 *     empty for a region that the host knows but cannot map
 */
public record MemoryRegion(long start, long end, boolean writable, List<ByteBuffer> windows) {
    /** Size of each window but the last, in bytes: 1 GiB, because a buffer cannot hold more than 2 GiB - 1. */
    public static final int WINDOW_SIZE = 1 << 30;

    private static final int ALIGNMENT = Long.BYTES;

    /**
     * Checks that the windows cover the range.
     *
     * @throws IllegalArgumentException if the end is below the start, the windows do not add up to the range, or a
     *     window is on the Java heap, misaligned, or read-only in a writable region
     */
    public MemoryRegion {
        if (Long.compareUnsigned(end, start) < 0) {
            throw new IllegalArgumentException("region ends at 0x%x, before its start 0x%x".formatted(end, start));
        }
        windows = windows.stream()
                .map(window -> window.slice().order(ByteOrder.LITTLE_ENDIAN))
                .toList();
        if (!windows.isEmpty()) {
            checkSizes(start, end, windows);
            for (ByteBuffer window : windows) {
                checkUsable(start, writable, window);
            }
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

    /**
     * Compares ranges; regions with windows are equal only to themselves, because comparing windows would compare the
     * guest's memory byte by byte.
     *
     * @param other what to compare with
     * @return whether it is this region, or covers the same range and both are not mappable
     */
    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof MemoryRegion region
                        && start == region.start
                        && end == region.end
                        && !mappable()
                        && !region.mappable();
    }

    /**
     * Hashes the range only.
     *
     * @return the hash
     */
    @Override
    public int hashCode() {
        return 31 * Long.hashCode(start) + Long.hashCode(end);
    }

    /**
     * The range and what can be done with it, for messages.
     *
     * @return for example {@code 0x0-0x9ffff rw}
     */
    @Override
    public String toString() {
        return "0x%x-0x%x %s".formatted(start, end, !mappable() ? "not mappable" : writable ? "rw" : "ro");
    }

    private static void checkSizes(long start, long end, List<ByteBuffer> windows) {
        long covered = 0;
        for (int i = 0; i < windows.size(); i++) {
            int capacity = windows.get(i).capacity();
            if (i < windows.size() - 1 && capacity != WINDOW_SIZE) {
                throw new IllegalArgumentException("window %d of the region at 0x%x has %d bytes instead of %d"
                        .formatted(i, start, capacity, WINDOW_SIZE));
            }
            covered += capacity;
        }
        // An empty window must not pass for all of the 2^64 addresses.
        if (covered == 0 || covered - 1 != end - start) {
            throw new IllegalArgumentException(
                    "windows cover 0x%x bytes of the region 0x%x-0x%x".formatted(covered, start, end));
        }
    }

    private static void checkUsable(long start, boolean writable, ByteBuffer window) {
        if (!window.isDirect()) {
            // The platform orders accesses (acquire, release) to direct buffers only.
            throw new IllegalArgumentException(
                    "a window of the region at 0x%x is on the Java heap; it must be a direct buffer".formatted(start));
        }
        if (writable && window.isReadOnly()) {
            throw new IllegalArgumentException(
                    "a window of the writable region at 0x%x is a read-only buffer".formatted(start));
        }
        if (window.alignmentOffset(0, ALIGNMENT) != (start & ALIGNMENT - 1)) {
            throw new IllegalArgumentException("a window of the region at 0x%x begins at %d modulo %d in the host"
                    .formatted(start, window.alignmentOffset(0, ALIGNMENT), ALIGNMENT));
        }
    }
}
