// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maps buffers for the endpoints of a domain. Whole granules are mapped: what shares one with a buffer is within reach
 * of the device too, so buffers for devices that are not trusted should begin and end with granules.
 *
 * <p>Thread-safe.
 */
public final class DmaSpace {
    private static final Logger LOG = LoggerFactory.getLogger(DmaSpace.class);

    private final GuestIommu iommu;
    private final IommuDomain domain;
    private final FlushPolicy policy;
    private final long limit;
    private final long granule;
    private final long[] starts;
    private final long[] ends;
    private int pending;
    private boolean scheduled;

    DmaSpace(GuestIommu iommu, IommuDomain domain, FlushPolicy policy, long limit) {
        this.iommu = iommu;
        this.domain = domain;
        this.policy = policy;
        this.limit = limit;
        this.granule = domain.granule();
        this.starts = new long[Math.max(1, policy.pending())];
        this.ends = new long[starts.length];
    }

    /**
     * Maps a buffer.
     *
     * @param physical guest-physical address of its first byte, unsigned
     * @param length in bytes, at least 1
     * @param direction what the device may do
     * @return the mapping; close it when the device is done
     * @throws DriverException if no addresses are free, or the device refuses or cannot be driven any more
     */
    public DmaMapping map(long physical, long length, DmaDirection direction) throws DriverException {
        return map(List.of(new DmaSegment(physical, length)), direction);
    }

    /**
     * Maps a buffer in pieces. They come to lie one behind the other, so that those that end and begin with granules
     * are one piece for the device.
     *
     * @param pieces guest-physical, at least one
     * @param direction what the device may do
     * @return the mapping; close it when the device is done
     * @throws DriverException if no addresses are free, or the device refuses or cannot be driven any more
     */
    public DmaMapping map(List<DmaSegment> pieces, DmaDirection direction) throws DriverException {
        if (pieces.isEmpty()) {
            throw new IllegalArgumentException("a buffer has at least one piece");
        }
        List<DmaSegment> whole = new ArrayList<>(pieces.size());
        long size = 0;
        for (DmaSegment piece : pieces) {
            long first = piece.address() & -granule;
            long length = (piece.address() + piece.length() - 1 | granule - 1) - first + 1;
            whole.add(new DmaSegment(first, length));
            size += length;
        }
        synchronized (iommu) {
            long start = allocate(size);
            try {
                domain.mapPieces(start, whole, direction.flags());
            } catch (DriverException e) {
                domain.addresses().free(start, size);
                throw e;
            }
            return new DmaMapping(this, start, size, segments(start, pieces, whole));
        }
    }

    /** Addresses that wait for a flush are free after it. */
    private long allocate(long size) throws DriverException {
        try {
            return domain.addresses().allocate(size, limit);
        } catch (DriverException e) {
            if (pending == 0) {
                throw e;
            }
            flush();
            return domain.addresses().allocate(size, limit);
        }
    }

    private List<DmaSegment> segments(long start, List<DmaSegment> pieces, List<DmaSegment> whole) {
        List<DmaSegment> segments = new ArrayList<>(pieces.size());
        long at = start;
        for (int i = 0; i < pieces.size(); i++) {
            long address = at + (pieces.get(i).address() & granule - 1);
            DmaSegment last = segments.isEmpty() ? null : segments.get(segments.size() - 1);
            if (last != null && last.address() + last.length() == address) {
                segments.set(
                        segments.size() - 1,
                        new DmaSegment(
                                last.address(), last.length() + pieces.get(i).length()));
            } else {
                segments.add(new DmaSegment(address, pieces.get(i).length()));
            }
            at += whole.get(i).length();
        }
        return segments;
    }

    /** The user of a mapping is done with it. */
    void release(long start, long size) throws DriverException {
        synchronized (iommu) {
            starts[pending] = start;
            ends[pending] = start + (size - 1);
            pending++;
            if (pending >= policy.pending()) {
                flush();
            } else if (!scheduled) {
                scheduled = true;
                iommu.timer().schedule(this::flushInTime, policy.delay().toNanos(), TimeUnit.NANOSECONDS);
            }
        }
    }

    private void flushInTime() {
        synchronized (iommu) {
            scheduled = false;
            try {
                flush();
            } catch (DriverException e) {
                LOG.warn("mappings of domain {} stay: {}", domain.id(), e.getMessage());
            }
        }
    }

    /**
     * Tells the device of all mappings that have gone; it cannot use them any more when this returns.
     *
     * @throws DriverException if the device refuses or cannot be driven any more; their addresses are not used again
     */
    public void flush() throws DriverException {
        synchronized (iommu) {
            int count = pending;
            pending = 0;
            domain.unmapRanges(starts, ends, count);
            for (int i = 0; i < count; i++) {
                domain.addresses().free(starts[i], ends[i] - starts[i] + 1);
            }
        }
    }
}
