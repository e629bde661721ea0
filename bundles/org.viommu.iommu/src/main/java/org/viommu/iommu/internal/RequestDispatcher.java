// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Arrays;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainServer;

/**
 * Gives each request to the handler of its type. What cannot be parsed or is of no known type is given back unwritten
 * (virtio 1.4, 5.13.6.2).
 */
final class RequestDispatcher implements ChainServer {
    private static final int TYPES = 256;

    /** By the first byte of a request; null where there is no such type in this session. */
    private final RequestHandler[] handlers = new RequestHandler[TYPES];

    private final RequestCounters counters;

    /**
     * Chooses the handlers for a session.
     *
     * @param spaces to be changed
     * @param endpoints to be probed
     * @param extensions of the answers to PROBE
     * @param protocol of the device
     * @param features that the driver has accepted
     * @param counters for all sessions
     * @param trace told of requests
     */
    RequestDispatcher(
            AddressSpaces spaces,
            Endpoints endpoints,
            ProbeExtensions extensions,
            Protocol protocol,
            long features,
            RequestCounters counters,
            Trace trace) {
        this.counters = counters;
        if (protocol.compatibility().answersUnparseable()) {
            Arrays.fill(handlers, new UnknownTypeHandler(counters));
        }
        handle(RequestType.ATTACH, new AttachHandler(spaces, protocol, features, counters, trace));
        handle(RequestType.DETACH, new DetachHandler(spaces, protocol, counters, trace));
        handle(RequestType.PROBE, new ProbeHandler(endpoints, extensions, protocol, counters, trace));
        if ((features & IommuFeatures.MAP_UNMAP) != 0) {
            handle(RequestType.MAP, new MapHandler(spaces, protocol, features, counters));
            handle(RequestType.UNMAP, new UnmapHandler(spaces, protocol, counters));
        }
    }

    @Override
    public int serve(Chain chain) {
        if (chain.readableLength() < Long.BYTES) {
            counters.unparseable();
            return 0;
        }
        try {
            // One access for the head and the ID behind it, which every type has.
            long first = chain.readLong(RequestLayout.TYPE);
            RequestHandler handler = handlers[(int) first & TYPES - 1];
            if (handler == null) {
                counters.unknown();
                return 0;
            }
            int written = handler.serve(chain, first);
            if (written == RequestHandler.UNPARSEABLE) {
                counters.unparseable();
            }
            return written;
        } catch (AccessFault e) {
            counters.unparseable();
            return 0;
        }
    }

    private void handle(RequestType type, RequestHandler handler) {
        handlers[type.value()] = handler;
    }
}
