// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.Chain;

/** Serves one type of request in one session. */
interface RequestHandler {
    /**
     * What {@link #serve} returns for a request that cannot be parsed: it is given back unwritten (virtio 1.4, 5.13.6).
     */
    int UNPARSEABLE = 0;

    /**
     * Serves a request.
     *
     * @param chain whose readable part has at least 8 bytes
     * @param first the first 8 of them: the head, and what follows in bits 32 to 63
     * @return bytes written from the start of the writable part, or {@link #UNPARSEABLE}
     * @throws AccessFault if the request or its answer lies outside memory
     */
    int serve(Chain chain, long first) throws AccessFault;
}
