// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.DetachLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtqueue.Chain;

/** DETACH (virtio 1.4, 5.13.6.4). */
final class DetachHandler extends StatusHandler {
    private final AddressSpaces spaces;
    private final Trace trace;

    DetachHandler(AddressSpaces spaces, Protocol protocol, RequestCounters counters, Trace trace) {
        super(RequestType.DETACH, DetachLayout.SIZE, protocol, counters);
        this.spaces = spaces;
        this.trace = trace;
    }

    @Override
    RequestStatus handle(Chain chain, int domain) throws AccessFault {
        int endpoint = chain.readInt(DetachLayout.ENDPOINT);
        if (trace.on()) {
            trace.put(TraceKind.DETACH, domain, endpoint);
        }
        return spaces.detach(domain, endpoint);
    }
}
