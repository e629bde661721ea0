// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtio.iommu.UnmapLayout;
import org.viommu.virtqueue.Chain;

/** UNMAP (virtio 1.4, 5.13.6.6). */
final class UnmapHandler extends StatusHandler {
    private final AddressSpaces spaces;
    private final boolean checksReserved;

    UnmapHandler(AddressSpaces spaces, Protocol protocol, RequestCounters counters) {
        super(RequestType.UNMAP, UnmapLayout.SIZE, protocol, counters);
        this.spaces = spaces;
        checksReserved = protocol.compatibility().checksReservedFields();
    }

    @Override
    RequestStatus handle(Chain chain, int domain) throws AccessFault {
        if (checksReserved && chain.readInt(UnmapLayout.RESERVED) != 0) {
            return RequestStatus.INVAL;
        }
        return spaces.unmap(domain, chain.readLong(UnmapLayout.VIRTUAL_START), chain.readLong(UnmapLayout.VIRTUAL_END));
    }
}
