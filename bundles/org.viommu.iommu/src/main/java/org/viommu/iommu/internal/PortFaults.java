// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.virtio.iommu.FaultReason;

/**
 * One port's refused accesses. It remembers the last one, so that an endpoint that tries the same again and again does
 * not fill the ring.
 */
final class PortFaults {
    private final Faults faults;
    private final int endpoint;
    private final long pageMask;
    private FaultReason lastReason;
    private Direction lastDirection;
    private long lastPage;
    private long lastNumber = -1;

    PortFaults(Faults faults, int endpoint, long granule) {
        this.faults = faults;
        this.endpoint = endpoint;
        pageMask = -granule;
    }

    void report(FaultReason reason, Direction direction, long address) {
        long page = address & pageMask;
        boolean same = reason == lastReason && direction == lastDirection && page == lastPage;
        lastNumber = faults.report(reason, endpoint, direction, address, same ? lastNumber : -1);
        lastReason = reason;
        lastDirection = direction;
        lastPage = page;
    }
}
