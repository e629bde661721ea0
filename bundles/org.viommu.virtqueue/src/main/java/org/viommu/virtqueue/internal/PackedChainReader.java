// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.PackedLayout;
import org.viommu.virtqueue.RingFault;

/**
 * Reads the descriptors of one chain (virtio 1.4, 2.8.6 and 2.8.7). Each descriptor is read once, and no chain costs
 * more steps than the queue has entries, whatever the driver wrote.
 */
final class PackedChainReader {
    private final PackedRing ring;
    private final boolean indirectNegotiated;
    private long begin;

    PackedChainReader(PackedRing ring, boolean indirectNegotiated) {
        this.ring = ring;
        this.indirectNegotiated = indirectNegotiated;
    }

    /**
     * Reads the chain that begins at a position.
     *
     * @param position of its first descriptor
     * @param first flags of that descriptor, which are not read again
     * @param room slots that the driver may have made available from the position on
     */
    void read(int position, int first, int room, Chain chain) throws RingFault, AccessFault {
        chain.begin(ring.access(), 0);
        int at = position;
        int flags = first;
        int slots = 1;
        long tail;
        while (true) {
            long address = ring.address(at);
            tail = ring.tail(at);
            if (slots == 1) {
                begin = address;
            }
            if (slots > 1) {
                flags = PackedRing.flags(tail);
                if (!ring.isAvailable(flags, at)) {
                    throw new RingFault(RingFault.Kind.DESCRIPTOR_NOT_AVAILABLE, ring.slot(at));
                }
            }
            if ((flags & PackedLayout.FLAG_INDIRECT) != 0) {
                if (slots > 1 || !indirectNegotiated || (flags & PackedLayout.FLAG_NEXT) != 0) {
                    throw new RingFault(RingFault.Kind.BAD_INDIRECT, ring.slot(at));
                }
                readTable(address, PackedRing.length(tail), chain);
                break;
            }
            chain.append(address, PackedRing.length(tail), (flags & PackedLayout.FLAG_WRITE) != 0);
            if ((flags & PackedLayout.FLAG_NEXT) == 0) {
                break;
            }
            if (slots++ == room) {
                throw new RingFault(RingFault.Kind.CHAIN_LOOP, ring.slot(position));
            }
            at = ring.advance(at, 1);
        }
        if (chain.readableLength() + chain.writableLength() == 0) {
            throw new RingFault(RingFault.Kind.EMPTY_CHAIN, ring.slot(position));
        }
        chain.identify(PackedRing.id(tail), ring.slot(position), slots);
    }

    /** The address in the first descriptor of the chain read last. */
    long first() {
        return begin;
    }

    /** Reads a table, all of whose descriptors belong to the chain; of their flags only WRITE counts. */
    private void readTable(long table, int length, Chain chain) throws RingFault, AccessFault {
        int entries = Areas.tableEntries(table, length);
        if (entries > ring.size()) {
            throw new RingFault(RingFault.Kind.CHAIN_LOOP, entries);
        }
        for (int i = 0; i < entries; i++) {
            long address = ring.entryAddress(table, i);
            long tail = ring.entryTail(table, i);
            boolean writable = (PackedRing.flags(tail) & PackedLayout.FLAG_WRITE) != 0;
            chain.append(address, PackedRing.length(tail), writable);
        }
    }
}
