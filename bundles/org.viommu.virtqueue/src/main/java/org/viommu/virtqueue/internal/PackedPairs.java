// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.Window;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainBatch;
import org.viommu.virtqueue.PackedLayout;

/**
 * Reads many chains of the usual kind in one go: a readable descriptor and a writable one behind it, whose buffers lie in
 * one window, in a ring that lies in one. It stops before the first chain of another kind, and leaves it to {@link
 * PackedChainReader} to judge: what it has read of that one does not count.
 */
final class PackedPairs implements Located {
    private static final int PAIR = 2;
    private static final int STEP = PAIR * PackedLayout.DESCRIPTOR_SIZE;

    private final PackedRing ring;
    private final MemoryAccess access;
    private final BufferWindow buffers;

    /** The buffer that has the descriptors, or null. */
    private ByteBuffer bytes;

    /** Where the buffer has the first descriptor. */
    private int table;

    PackedPairs(PackedRing ring) {
        this.ring = ring;
        this.access = ring.access();
        this.buffers = new BufferWindow(access);
    }

    @Override
    public void locate() {
        bytes = ring.descriptors().bytes();
        table = ring.descriptors().base();
        buffers.forget();
    }

    /** Reads up to {@code limit} chains into a batch, behind the first {@code held}, if they are available; returns how many. */
    int read(int position, int limit, ChainBatch batch, int held) {
        Window window = buffers.window();
        if (bytes == null || window == null) {
            return 0;
        }
        int slot = ring.slot(position);
        int mark = ring.availableMark(position);
        int at = table + slot * PackedLayout.DESCRIPTOR_SIZE;
        // The marks turn over at the ring's end.
        int ready = available(bytes, at, mark, Math.min(limit, (ring.size() - slot) / PAIR));
        int first = mark | PackedLayout.FLAG_NEXT;
        int second = mark | PackedLayout.FLAG_WRITE;
        int count = 0;
        while (count < ready) {
            long tail = bytes.getLong(at + PackedLayout.DESCRIPTOR_LENGTH);
            long request = bytes.getLong(at + PackedLayout.DESCRIPTOR_ADDRESS);
            int next = at + PackedLayout.DESCRIPTOR_SIZE;
            long answer = bytes.getLong(next + PackedLayout.DESCRIPTOR_ADDRESS);
            long end = bytes.getLong(next + PackedLayout.DESCRIPTOR_LENGTH);
            int requestLength = PackedRing.length(tail);
            int answerLength = PackedRing.length(end);
            if (PackedRing.flags(tail) != first
                    || PackedRing.flags(end) != second
                    || !BufferWindow.holds(window, request, requestLength, answer, answerLength)) {
                break;
            }
            Chain chain = batch.chain(held + count);
            chain.pair(access, window, PackedRing.id(end), request, requestLength, answer, answerLength);
            chain.identify(PackedRing.id(end), slot, PAIR);
            slot += PAIR;
            at += STEP;
            count++;
        }
        return count;
    }

    /** Says where a chain of another kind begins: the next pairs may be near it. */
    void follow(long address) {
        buffers.follow(address);
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
