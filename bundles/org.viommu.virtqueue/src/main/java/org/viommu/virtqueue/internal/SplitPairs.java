// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.nio.ByteBuffer;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.Window;
import org.viommu.virtqueue.ChainBatch;
import org.viommu.virtqueue.SplitLayout;

/**
 * Reads many chains of the usual kind in one go: a readable descriptor and a writable one behind it, whose buffers lie in
 * one window, in a ring that lies in one. It stops before the first chain of another kind, and leaves it to {@link
 * SplitChainReader} to judge: what it has read of that one does not count.
 */
final class SplitPairs implements Located {
    private static final int INDEX_MASK = 0xffff;

    private final SplitRing ring;
    private final MemoryAccess access;
    private final int mask;
    private final BufferWindow buffers;

    /** The buffer that has descriptors and heads, or null if none has both. */
    private ByteBuffer bytes;

    /** Where the buffer has the first descriptor and the first head. */
    private int table;

    private int heads;

    SplitPairs(SplitRing ring) {
        this.ring = ring;
        this.access = ring.access();
        this.mask = ring.size() - 1;
        this.buffers = new BufferWindow(access);
    }

    @Override
    public void locate() {
        ByteBuffer both = ring.descriptors().bytes();
        bytes = both == ring.available().bytes() ? both : null;
        table = ring.descriptors().base();
        heads = ring.available().base() + SplitLayout.AVAILABLE_HEADS;
        buffers.forget();
    }

    /** Reads up to {@code limit} available chains into a batch, behind the first {@code held}; returns how many. */
    int read(int index, int limit, ChainBatch batch, int held) {
        Window window = buffers.window();
        if (bytes == null || window == null) {
            return 0;
        }
        int count = 0;
        while (count < limit) {
            int slot = index + count & mask;
            int head = bytes.getShort(heads + slot * SplitLayout.AVAILABLE_HEAD_SIZE) & INDEX_MASK;
            if (head > mask) {
                break;
            }
            int first = table + head * SplitLayout.DESCRIPTOR_SIZE;
            long request = bytes.getLong(first + SplitLayout.DESCRIPTOR_ADDRESS);
            long tail = bytes.getLong(first + SplitLayout.DESCRIPTOR_LENGTH);
            int requestLength = SplitRing.length(tail);
            int next = SplitRing.next(tail);
            if (SplitRing.flags(tail) != SplitLayout.FLAG_NEXT || next > mask) {
                break;
            }
            int second = table + next * SplitLayout.DESCRIPTOR_SIZE;
            long answer = bytes.getLong(second + SplitLayout.DESCRIPTOR_ADDRESS);
            tail = bytes.getLong(second + SplitLayout.DESCRIPTOR_LENGTH);
            int answerLength = SplitRing.length(tail);
            if (SplitRing.flags(tail) != SplitLayout.FLAG_WRITE
                    || !BufferWindow.holds(window, request, requestLength, answer, answerLength)) {
                break;
            }
            batch.chain(held + count).pair(access, window, head, request, requestLength, answer, answerLength);
            count++;
        }
        return count;
    }

    /** Says where a chain of another kind begins: the next pairs may be near it. */
    void follow(long address) {
        buffers.follow(address);
    }
}
