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
    private long begin;

    SplitChainReader(SplitRing ring, boolean indirectNegotiated) {
        this.ring = ring;
        this.indirectNegotiated = indirectNegotiated;
    }

    /** Reads the chain that begins at the descriptor {@code head}. */
    void read(int head, Chain chain) throws RingFault, AccessFault {
        chain.begin(ring.access(), head);
        int pieces = 0;
        int index = head;
        while (true) {
            if (index >= ring.size()) {
                throw new RingFault(RingFault.Kind.DESCRIPTOR_OUT_OF_RANGE, index);
            }
            long address = ring.descriptorAddress(index);
            long tail = ring.descriptorTail(index);
            if (pieces == 0) {
                begin = address;
            }
            int flags = SplitRing.flags(tail);
            if ((flags & SplitLayout.FLAG_INDIRECT) != 0) {
                if (!indirectNegotiated || (flags & SplitLayout.FLAG_NEXT) != 0) {
                    throw new RingFault(RingFault.Kind.BAD_INDIRECT, index);
                }
                readTable(address, SplitRing.length(tail), head, pieces, chain);
                break;
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

    /** The address in the first descriptor of the chain read last. */
    long first() {
        return begin;
    }

    /** Follows the descriptors of a table, which come behind {@code before} others. */
    private void readTable(long table, int length, int head, int before, Chain chain) throws RingFault, AccessFault {
        int entries = Areas.tableEntries(table, length);
        int pieces = before;
        int index = 0;
        while (true) {
            if (index >= entries) {
                throw new RingFault(RingFault.Kind.DESCRIPTOR_OUT_OF_RANGE, index);
            }
            long address = ring.entryAddress(table, index);
            long tail = ring.entryTail(table, index);
            int flags = SplitRing.flags(tail);
            if ((flags & SplitLayout.FLAG_INDIRECT) != 0) {
                throw new RingFault(RingFault.Kind.BAD_INDIRECT, index);
            }
            if (pieces++ == ring.size()) {
                throw new RingFault(RingFault.Kind.CHAIN_LOOP, head);
            }
            chain.append(address, SplitRing.length(tail), (flags & SplitLayout.FLAG_WRITE) != 0);
            if ((flags & SplitLayout.FLAG_NEXT) == 0) {
                return;
            }
            index = SplitRing.next(tail);
        }
    }
}
