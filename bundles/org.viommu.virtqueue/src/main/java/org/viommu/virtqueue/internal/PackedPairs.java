// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.viommu.memory.Window;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainBatch;
import org.viommu.virtqueue.PackedLayout;

/**
 * Reads chains of the usual kind: a readable descriptor and a writable one behind it, whose buffers lie in one window, in
 * a ring that lies in one. Any other chain it leaves to {@link PackedChainReader} to judge: what it has read of that one
 * does not count.
 */
final class PackedPairs extends Pairs {
    private static final int PAIR = 2;
    private static final int STEP = PAIR * PackedLayout.DESCRIPTOR_SIZE;

    private final PackedRing ring;

    /** The buffer that has all of the ring, or null. */
    private ByteBuffer bytes;

    /** Where the buffer has the first descriptor. */
    private int table;

    PackedPairs(PackedRing ring) {
        super(ring.access());
        this.ring = ring;
    }

    @Override
    public void locate() {
        super.locate();
        bytes = ring.whole();
        table = ring.table();
    }

    /** Reads the chain at a position, if it is available and of the usual kind; returns whether it is. */
    boolean read(int position, Chain chain) {
        ByteBuffer bytes = this.bytes;
        Window window = this.window;
        int slot = ring.slot(position);
        int mark = ring.availableMark(position);
        // The marks turn over at the ring's end.
        if (bytes == null || window == null || slot + PAIR > ring.size()) {
            return false;
        }
        int at = table + slot * PackedLayout.DESCRIPTOR_SIZE;
        long tail = bytes.getLong(at + PackedLayout.DESCRIPTOR_LENGTH);
        // What is read later is at least as new as the flags.
        VarHandle.acquireFence();
        return read(bytes, window, at, tail, mark, slot, chain);
    }

    /** Reads up to {@code limit} chains into a batch, behind the first {@code held}, if they are available; returns how many. */
    int read(int position, int limit, ChainBatch batch, int held) {
        ByteBuffer bytes = this.bytes;
        Window window = this.window;
        if (bytes == null || window == null) {
            return 0;
        }
        int slot = ring.slot(position);
        int mark = ring.availableMark(position);
        int at = table + slot * PackedLayout.DESCRIPTOR_SIZE;
        int ready = available(bytes, at, mark, Math.min(limit, (ring.size() - slot) / PAIR));
        int count = 0;
        while (count < ready) {
            long tail = bytes.getLong(at + PackedLayout.DESCRIPTOR_LENGTH);
            if (!read(bytes, window, at, tail, mark, slot, batch.chain(held + count))) {
                break;
            }
            at += STEP;
            slot += PAIR;
            count++;
        }
        return count;
    }

    /**
     * Reads a chain if it is available and of the usual kind, and returns whether it is. The buffer has its first
     * descriptor at an index; the second half of that has been read.
     */
    private boolean read(ByteBuffer bytes, Window window, int at, long tail, int mark, int slot, Chain chain) {
        int next = at + PackedLayout.DESCRIPTOR_SIZE;
        long request = bytes.getLong(at + PackedLayout.DESCRIPTOR_ADDRESS);
        long answer = bytes.getLong(next + PackedLayout.DESCRIPTOR_ADDRESS);
        long end = bytes.getLong(next + PackedLayout.DESCRIPTOR_LENGTH);
        int requestLength = PackedRing.length(tail);
        int answerLength = PackedRing.length(end);
        if (PackedRing.flags(tail) != (mark | PackedLayout.FLAG_NEXT)
                || PackedRing.flags(end) != (mark | PackedLayout.FLAG_WRITE)
                || !holds(window, request, requestLength)
                || !holds(window, answer, answerLength)) {
            return false;
        }
        int id = PackedRing.id(end);
        chain.pair(access, window, id, request, requestLength, answer, answerLength);
        chain.identify(id, slot, PAIR);
        return true;
    }

    /** How many chains are available if all of them are pairs; what is read later is at least as new. */
    private static int available(ByteBuffer bytes, int at, int mark, int limit) {
        int count = 0;
        int flags = at + PackedLayout.DESCRIPTOR_FLAGS;
        while (count < limit && PackedRing.marks(bytes.getShort(flags)) == mark) {
            flags += STEP;
            count++;
        }
        VarHandle.acquireFence();
        return count;
    }
}
