// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.AttachLayout;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtqueue.Chain;

/** ATTACH (virtio 1.4, 5.13.6.3). */
final class AttachHandler extends StatusHandler {
    private final AddressSpaces spaces;
    private final Trace trace;
    private final int knownFlags;
    private final boolean checksReserved;

    AttachHandler(AddressSpaces spaces, Protocol protocol, long features, RequestCounters counters, Trace trace) {
        super(RequestType.ATTACH, AttachLayout.SIZE, protocol, counters);
        this.spaces = spaces;
        this.trace = trace;
        boolean negotiated = (features & IommuFeatures.BYPASS_CONFIG) != 0;
        knownFlags = negotiated || !protocol.compatibility().checksNegotiation() ? AttachFlags.BYPASS : 0;
        checksReserved = protocol.compatibility().checksReservedFields();
    }

    @Override
    RequestStatus handle(Chain chain, int domain) throws AccessFault {
        long endpointAndFlags = chain.readLong(AttachLayout.ENDPOINT);
        int flags = (int) (endpointAndFlags >>> Integer.SIZE);
        if (trace.on()) {
            trace.put(TraceKind.ATTACH, domain, endpointAndFlags);
        }
        if (checksReserved && chain.readInt(AttachLayout.RESERVED) != 0 || (flags & ~knownFlags) != 0) {
            return RequestStatus.INVAL;
        }
        return spaces.attach(domain, (int) endpointAndFlags, (flags & AttachFlags.BYPASS) != 0);
    }
}
