// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtqueue.Chain;

/** MAP (virtio 1.4, 5.13.6.5). */
final class MapHandler extends StatusHandler {
    private final AddressSpaces spaces;
    private final Dialect dialect;
    private final boolean mmio;

    MapHandler(AddressSpaces spaces, Protocol protocol, long features, RequestCounters counters) {
        super(RequestType.MAP, MapLayout.SIZE, protocol, counters);
        this.spaces = spaces;
        dialect = protocol.dialect();
        mmio = (features & IommuFeatures.MMIO) != 0 || !protocol.compatibility().checksNegotiation();
    }

    @Override
    RequestStatus handle(Chain chain, int domain) throws AccessFault {
        int flags = dialect.mapFlags(chain.readInt(MapLayout.FLAGS), mmio);
        if (flags == Dialect.UNKNOWN_FLAG) {
            return RequestStatus.INVAL;
        }
        return spaces.map(
                domain,
                chain.readLong(MapLayout.VIRTUAL_START),
                chain.readLong(MapLayout.VIRTUAL_END),
                chain.readLong(MapLayout.PHYSICAL_START),
                flags);
    }
}
