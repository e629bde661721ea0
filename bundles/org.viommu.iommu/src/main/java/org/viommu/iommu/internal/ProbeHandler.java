// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.ProbeLayout;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtio.iommu.ReservedMemoryLayout;
import org.viommu.virtqueue.Chain;

/**
 * PROBE (virtio 1.4, 5.13.6.7). The tail stands behind the properties or, if there is no room for all of these, at the
 * end of the writable part. Everything up to the end of the tail is written, whatever the answer, and reported as used:
 * Linux takes any other length for success.
 */
final class ProbeHandler implements RequestHandler {
    private final Endpoints endpoints;
    private final ProbeExtensions extensions;
    private final boolean answersUnparseable;
    private final RequestCounters counters;
    private final Trace trace;

    ProbeHandler(
            Endpoints endpoints, ProbeExtensions extensions, Protocol protocol, RequestCounters counters, Trace trace) {
        this.endpoints = endpoints;
        this.extensions = extensions;
        this.answersUnparseable = protocol.compatibility().answersUnparseable();
        this.counters = counters;
        this.trace = trace;
    }

    @Override
    public int serve(Chain chain, long first) throws AccessFault {
        long room = chain.writableLength() - RequestLayout.TAIL_SIZE;
        boolean whole = chain.readableLength() >= ProbeLayout.SIZE;
        if (room < 0 || !whole && !answersUnparseable) {
            return UNPARSEABLE;
        }
        if (answersUnparseable && (!whole || room < ReservedRegions.PROBE_SIZE)) {
            return end(chain, 0, whole ? RequestStatus.DEVERR : RequestStatus.INVAL);
        }
        int size = (int) Math.min(room, ReservedRegions.PROBE_SIZE);
        chain.zero(ProbeLayout.PROPERTIES, size);
        return end(chain, size, answer(chain, (int) (first >>> Integer.SIZE), size));
    }

    private int end(Chain chain, int tail, RequestStatus status) throws AccessFault {
        chain.writeInt(tail + RequestLayout.STATUS, status.value());
        counters.answered(RequestType.PROBE, status);
        return tail + RequestLayout.TAIL_SIZE;
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
        if (trace.on()) {
            reserved.tell(trace, endpoint);
        }
        extensions.write(chain, endpoint, reserved.count() * ReservedMemoryLayout.SIZE, size);
        return RequestStatus.OK;
    }
}
