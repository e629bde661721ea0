// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.nio.ByteBuffer;
import org.viommu.memory.Window;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainBatch;
import org.viommu.virtqueue.SplitLayout;

/**
 * Reads chains of the usual kind: a readable descriptor and a writable one behind it, whose buffers lie in one window, in a
 * ring that lies in one. Any other chain it leaves to {@link SplitChainReader} to judge: what it has read of that one does
 * not count.
 */
final class SplitPairs extends Pairs {
    private static final int INDEX_MASK = 0xffff;

    private final SplitRing ring;
    private final int mask;

    /** The buffer that has all of the ring, or null. */
    private ByteBuffer bytes;

    /** Where the buffer has the first descriptor and the first head. */
    private int table;

    private int heads;

    SplitPairs(SplitRing ring) {
        super(ring.access());
        this.ring = ring;
        this.mask = ring.size() - 1;
    }

    @Override
    public void locate() {
        super.locate();
        bytes = ring.whole();
        table = ring.table();
        heads = ring.heads() + SplitLayout.AVAILABLE_HEADS;
    }

    /** Reads an available chain; returns whether it is of the usual kind. */
    boolean read(int index, Chain chain) {
        ByteBuffer bytes = this.bytes;
        Window window = this.window;
        if (bytes == null || window == null) {
            return false;
        }
        int head = bytes.getShort(heads + (index & mask) * SplitLayout.AVAILABLE_HEAD_SIZE) & INDEX_MASK;
        if (head > mask) {
            return false;
        }
        int first = table + head * SplitLayout.DESCRIPTOR_SIZE;
        long request = bytes.getLong(first + SplitLayout.DESCRIPTOR_ADDRESS);
        long tail = bytes.getLong(first + SplitLayout.DESCRIPTOR_LENGTH);
        int next = SplitRing.next(tail);
        if (SplitRing.flags(tail) != SplitLayout.FLAG_NEXT || next > mask) {
            return false;
        }
        int second = table + next * SplitLayout.DESCRIPTOR_SIZE;
        long answer = bytes.getLong(second + SplitLayout.DESCRIPTOR_ADDRESS);
        long end = bytes.getLong(second + SplitLayout.DESCRIPTOR_LENGTH);
        int requestLength = SplitRing.length(tail);
        int answerLength = SplitRing.length(end);
        if (SplitRing.flags(end) != SplitLayout.FLAG_WRITE
                || !holds(window, request, requestLength)
                || !holds(window, answer, answerLength)) {
            return false;
        }
        chain.pair(access, window, head, request, requestLength, answer, answerLength);
        return true;
    }

    /** Reads up to {@code limit} available chains into a batch, behind the first {@code held}; returns how many. */
    int read(int index, int limit, ChainBatch batch, int held) {
        int count = 0;
        while (count < limit && read(index + count, batch.chain(held + count))) {
            count++;
        }
        return count;
    }
}
