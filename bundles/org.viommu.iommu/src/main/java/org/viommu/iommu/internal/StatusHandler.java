// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtqueue.Chain;

/**
 * A request whose answer is the tail alone. The tail stands at the start of the writable part, and exactly its length
 * is reported as used: Linux takes any other length for success.
 */
abstract class StatusHandler implements RequestHandler {
    private final RequestType type;
    private final int size;
    private final Dialect dialect;
    private final boolean answersUnparseable;
    private final RequestCounters counters;

    /**
     * Prepares to serve.
     *
     * @param type of the requests
     * @param size of their readable part; a longer one is accepted, so that drivers can send more than this device
     *     knows
     * @param protocol of the device
     * @param counters that count the answers
     */
    StatusHandler(RequestType type, int size, Protocol protocol, RequestCounters counters) {
        this.type = type;
        this.size = size;
        this.dialect = protocol.dialect();
        this.answersUnparseable = protocol.compatibility().answersUnparseable();
        this.counters = counters;
    }

    @Override
    public final int serve(Chain chain, long first) throws AccessFault {
        boolean whole = chain.readableLength() >= size;
        if (chain.writableLength() < RequestLayout.TAIL_SIZE || !whole && !answersUnparseable) {
            return UNPARSEABLE;
        }
        RequestStatus status =
                whole ? dialect.status(handle(chain, (int) (first >>> Integer.SIZE))) : RequestStatus.INVAL;
        chain.writeInt(RequestLayout.STATUS, status.value());
        counters.answered(type, status);
        return RequestLayout.TAIL_SIZE;
    }

    /**
     * Does what the request asks.
     *
     * @param chain whose readable part is long enough
     * @param domain the domain ID that follows the head
     * @return the answer; unless it is OK nothing has changed
     */
    abstract RequestStatus handle(Chain chain, int domain) throws AccessFault;
}
