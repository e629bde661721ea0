// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtqueue.Chain;

/** Answers requests of types that do not exist, as QEMU does; the standard wants them back unwritten. */
final class UnknownTypeHandler implements RequestHandler {
    private final RequestCounters counters;

    UnknownTypeHandler(RequestCounters counters) {
        this.counters = counters;
    }

    @Override
    public int serve(Chain chain, long first) throws AccessFault {
        if (chain.writableLength() < RequestLayout.TAIL_SIZE) {
            return UNPARSEABLE;
        }
        chain.writeInt(RequestLayout.STATUS, RequestStatus.UNSUPP.value());
        counters.unknown();
        return RequestLayout.TAIL_SIZE;
    }
}
