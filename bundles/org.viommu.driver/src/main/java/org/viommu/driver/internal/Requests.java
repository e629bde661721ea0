// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import org.viommu.driver.DriverException;
import org.viommu.driver.DriverException.Reason;
import org.viommu.driver.IommuConfig;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.AttachLayout;
import org.viommu.virtio.iommu.DetachLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.MapLayout;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtio.iommu.UnmapLayout;

/** Writes requests, and refuses those that the standard does not let a driver make. Reserved fields are zero. */
public final class Requests {
    private final RequestQueue queue;
    private final MemoryAccess memory;
    private final IommuConfig config;
    private final int attachFlags;
    private final int mapFlags;

    /**
     * Creates a writer.
     *
     * @param queue to which the requests go
     * @param features that were negotiated
     * @param config that the device has
     */
    public Requests(RequestQueue queue, long features, IommuConfig config) {
        this.queue = queue;
        this.memory = queue.memory();
        this.config = config;
        this.attachFlags = (features & IommuFeatures.BYPASS_CONFIG) != 0 ? AttachFlags.BYPASS : 0;
        this.mapFlags = MapFlags.READ | MapFlags.WRITE | ((features & IommuFeatures.MMIO) != 0 ? MapFlags.MMIO : 0);
    }

    /**
     * Puts an ATTACH request onto the ring.
     *
     * @param domain unsigned
     * @param endpoint unsigned
     * @param flags of {@link AttachFlags}
     * @param target where its status goes
     * @param index in {@code target}
     * @throws DriverException if the device cannot be driven any more
     */
    public void attach(int domain, int endpoint, int flags, RequestStatus[] target, int index) throws DriverException {
        checkDomain(domain);
        checkFlags(flags, attachFlags);
        long at = queue.begin();
        memory.enter();
        try {
            head(at, RequestType.ATTACH);
            memory.putInt(at + AttachLayout.DOMAIN, domain);
            memory.putInt(at + AttachLayout.ENDPOINT, endpoint);
            memory.putInt(at + AttachLayout.FLAGS, flags);
            memory.putInt(at + AttachLayout.RESERVED, 0);
        } catch (AccessFault fault) {
            throw unwritable(fault);
        } finally {
            memory.exit();
        }
        queue.submit(AttachLayout.SIZE, target, index);
    }

    /**
     * Puts a DETACH request onto the ring.
     *
     * @param domain unsigned
     * @param endpoint unsigned
     * @param target where its status goes
     * @param index in {@code target}
     * @throws DriverException if the device cannot be driven any more
     */
    public void detach(int domain, int endpoint, RequestStatus[] target, int index) throws DriverException {
        checkDomain(domain);
        long at = queue.begin();
        memory.enter();
        try {
            head(at, RequestType.DETACH);
            memory.putInt(at + DetachLayout.DOMAIN, domain);
            memory.putInt(at + DetachLayout.ENDPOINT, endpoint);
            memory.putLong(at + DetachLayout.RESERVED, 0);
        } catch (AccessFault fault) {
            throw unwritable(fault);
        } finally {
            memory.exit();
        }
        queue.submit(DetachLayout.SIZE, target, index);
    }

    /**
     * Puts a MAP request onto the ring.
     *
     * @param domain unsigned
     * @param virtualStart unsigned
     * @param virtualEnd inclusive, unsigned
     * @param physicalStart unsigned
     * @param flags of {@link MapFlags}
     * @param target where its status goes
     * @param index in {@code target}
     * @throws DriverException if the device cannot be driven any more
     */
    public void map(
            int domain,
            long virtualStart,
            long virtualEnd,
            long physicalStart,
            int flags,
            RequestStatus[] target,
            int index)
            throws DriverException {
        checkDomain(domain);
        checkRange(virtualStart, virtualEnd);
        if (virtualEnd == virtualStart) {
            throw new IllegalArgumentException("mapping at 0x%x has one byte only".formatted(virtualStart));
        }
        checkFlags(flags, mapFlags);
        long at = queue.begin();
        memory.enter();
        try {
            head(at, RequestType.MAP);
            memory.putInt(at + MapLayout.DOMAIN, domain);
            memory.putLong(at + MapLayout.VIRTUAL_START, virtualStart);
            memory.putLong(at + MapLayout.VIRTUAL_END, virtualEnd);
            memory.putLong(at + MapLayout.PHYSICAL_START, physicalStart);
            memory.putInt(at + MapLayout.FLAGS, flags);
        } catch (AccessFault fault) {
            throw unwritable(fault);
        } finally {
            memory.exit();
        }
        queue.submit(MapLayout.SIZE, target, index);
    }

    /**
     * Puts an UNMAP request onto the ring.
     *
     * @param domain unsigned
     * @param virtualStart unsigned
     * @param virtualEnd inclusive, unsigned
     * @param target where its status goes
     * @param index in {@code target}
     * @throws DriverException if the device cannot be driven any more
     */
    public void unmap(int domain, long virtualStart, long virtualEnd, RequestStatus[] target, int index)
            throws DriverException {
        checkDomain(domain);
        checkRange(virtualStart, virtualEnd);
        long at = queue.begin();
        memory.enter();
        try {
            head(at, RequestType.UNMAP);
            memory.putInt(at + UnmapLayout.DOMAIN, domain);
            memory.putLong(at + UnmapLayout.VIRTUAL_START, virtualStart);
            memory.putLong(at + UnmapLayout.VIRTUAL_END, virtualEnd);
            memory.putInt(at + UnmapLayout.RESERVED, 0);
        } catch (AccessFault fault) {
            throw unwritable(fault);
        } finally {
            memory.exit();
        }
        queue.submit(UnmapLayout.SIZE, target, index);
    }

    /** The type, and the head's reserved bytes behind it. */
    private void head(long at, RequestType type) throws AccessFault {
        memory.putInt(at + RequestLayout.TYPE, type.value());
    }

    private void checkDomain(int domain) {
        if (Integer.compareUnsigned(domain, config.domainStart()) < 0
                || Integer.compareUnsigned(domain, config.domainEnd()) > 0) {
            throw new IllegalArgumentException(
                    "domain 0x%x is not in 0x%x-0x%x".formatted(domain, config.domainStart(), config.domainEnd()));
        }
    }

    private void checkRange(long start, long end) {
        if (Long.compareUnsigned(start, config.inputStart()) < 0
                || Long.compareUnsigned(end, config.inputEnd()) > 0
                || Long.compareUnsigned(end, start) < 0) {
            throw new IllegalArgumentException("0x%x-0x%x is no range within 0x%x-0x%x"
                    .formatted(start, end, config.inputStart(), config.inputEnd()));
        }
    }

    private static void checkFlags(int flags, int known) {
        if ((flags & ~known) != 0) {
            throw new IllegalArgumentException("flags 0x%x: only 0x%x are negotiated".formatted(flags, known));
        }
    }

    private static DriverException unwritable(AccessFault fault) {
        return new DriverException(Reason.MEMORY, "driver memory cannot be written", fault);
    }
}
