// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.SplitLayout;

/**
 * Follows the descriptors of one chain (virtio 1.4, 2.7.5). Each descriptor is read once, and no chain costs more steps
 * than the queue has entries, whatever the driver wrote.
 */
final class SplitChainReader {
    private final SplitRing ring;
    private final boolean indirectNegotiated;

    SplitChainReader(SplitRing ring, boolean indirectNegotiated) {
        this.ring = ring;
        this.indirectNegotiated = indirectNegotiated;
    }

    /** Reads the chain that begins at the descriptor {@code head}. */
    void read(int head, Chain chain) throws RingFault, AccessFault {
        chain.begin(ring.access(), head);
        long table = ring.descriptorTable();
        int entries = ring.size();
        boolean indirect = false;
        int pieces = 0;
        for (int index = head; ; ) {
            if (index >= entries) {
                throw new RingFault(RingFault.Kind.DESCRIPTOR_OUT_OF_RANGE, index);
            }
            long address = ring.descriptorAddress(table, index);
            long tail = ring.descriptorTail(table, index);
            int flags = SplitRing.flags(tail);
            if ((flags & SplitLayout.FLAG_INDIRECT) != 0) {
                if (indirect || !indirectNegotiated || (flags & SplitLayout.FLAG_NEXT) != 0) {
                    throw new RingFault(RingFault.Kind.BAD_INDIRECT, index);
                }
                indirect = true;
                table = address;
                entries = Areas.tableEntries(address, SplitRing.length(tail));
                index = 0;
                continue;
            }
            if (pieces++ == ring.size()) {
                throw new RingFault(RingFault.Kind.CHAIN_LOOP, head);
            }
            chain.append(address, SplitRing.length(tail), (flags & SplitLayout.FLAG_WRITE) != 0);
            if ((flags & SplitLayout.FLAG_NEXT) == 0) {
                break;
            }
            index = SplitRing.next(tail);
        }
        if (chain.readableLength() + chain.writableLength() == 0) {
            throw new RingFault(RingFault.Kind.EMPTY_CHAIN, head);
        }
    }
}
