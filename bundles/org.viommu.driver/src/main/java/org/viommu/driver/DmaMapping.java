// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.util.List;

/** A buffer that a device can reach. */
public final class DmaMapping implements AutoCloseable {
    private final DmaSpace space;
    private final long start;
    private final long size;
    private final List<DmaSegment> segments;
    private boolean closed;

    DmaMapping(DmaSpace space, long start, long size, List<DmaSegment> segments) {
        this.space = space;
        this.start = start;
        this.size = size;
        this.segments = List.copyOf(segments);
    }

    /**
     * Where the device finds the buffer.
     *
     * @return I/O virtual pieces, in order, at least one; touching ones are one
     */
    public List<DmaSegment> segments() {
        return segments;
    }

    /**
     * Where the device finds the first byte.
     *
     * @return I/O virtual address, unsigned
     */
    public long address() {
        return segments.get(0).address();
    }

    /**
     * Ends the mapping; the device must be done with it. Idempotent.
     *
     * @throws DriverException if the device refuses or cannot be driven any more
     */
    @Override
    public synchronized void close() throws DriverException {
        if (!closed) {
            closed = true;
            space.release(start, size);
        }
    }
}
