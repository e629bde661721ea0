// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.ProbeLayout;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtqueue.Chain;

/**
 * PROBE (virtio 1.4, 5.13.6.7). The tail stands behind the properties or, if there is no room for all of these, at the
 * end of the writable part. Everything up to the end of the tail is written, whatever the answer, and reported as used:
 * Linux takes any other length for success.
 */
final class ProbeHandler implements RequestHandler {
    private final Endpoints endpoints;
    private final RequestCounters counters;

    ProbeHandler(Endpoints endpoints, RequestCounters counters) {
        this.endpoints = endpoints;
        this.counters = counters;
    }

    @Override
    public int serve(Chain chain, long first) throws AccessFault {
        long room = chain.writableLength() - RequestLayout.TAIL_SIZE;
        if (chain.readableLength() < ProbeLayout.SIZE || room < 0) {
            return UNPARSEABLE;
        }
        int size = (int) Math.min(room, ReservedRegions.PROBE_SIZE);
        chain.zero(ProbeLayout.PROPERTIES, size);
        RequestStatus status = answer(chain, (int) (first >>> Integer.SIZE), size);
        chain.writeInt(size + RequestLayout.STATUS, status.value());
        counters.answered(RequestType.PROBE, status);
        return size + RequestLayout.TAIL_SIZE;
    }

    private RequestStatus answer(Chain chain, int endpoint, int size) throws AccessFault {
        ReservedRegions reserved = endpoints.reserved(endpoint);
        if (reserved == null) {
            return RequestStatus.NOENT;
        }
        if (size < ReservedRegions.PROBE_SIZE) {
            return RequestStatus.INVAL;
        }
        reserved.write(chain);
        return RequestStatus.OK;
    }
}
