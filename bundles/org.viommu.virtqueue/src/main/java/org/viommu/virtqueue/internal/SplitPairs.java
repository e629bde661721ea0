// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.nio.ByteBuffer;
import org.viommu.memory.Window;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainServer;
import org.viommu.virtqueue.SplitLayout;

/**
 * Serves chains of the usual kind: a readable descriptor and a writable one behind it, whose buffers lie in one window, in
 * a ring that lies in one. Any other chain it leaves to {@link SplitChainReader} to judge: what it has read of that one
 * does not count.
 */
final class SplitPairs extends Pairs {
    private static final int INDEX_MASK = 0xffff;

    private final SplitRing ring;
    private final int mask;

    /** The buffer that has all of the ring, or null. */
    private ByteBuffer bytes;

    /** Where the buffer has the first descriptor, the first head and the first used element. */
    private int table;

    private int heads;
    private int elements;

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
        elements = ring.elements() + SplitLayout.USED_ELEMENTS;
    }

    /**
     * Serves up to {@code limit} (1 or more) chains that are available, for as long as they are of the usual kind, and
     * writes their used elements. Returns how many.
     */
    int serve(int popped, int pushed, int limit, Chain chain, ChainServer server) {
        Window window = this.window;
        if (bytes == null || window == null) {
            return 0;
        }
        // All in one method and in locals: what the compiler knows of them then holds for all chains of a batch.
        ByteBuffer bytes = bind(chain, window, this.bytes);
        long start = window.start();
        int size = window.size();
        int mask = this.mask;
        int table = this.table;
        int heads = this.heads;
        int elements = this.elements;
        int served = 0;
        do {
            int head = bytes.getShort(heads + (popped + served & mask) * SplitLayout.AVAILABLE_HEAD_SIZE) & INDEX_MASK;
            if (head > mask) {
                break;
            }
            int first = table + head * SplitLayout.DESCRIPTOR_SIZE;
            long request = bytes.getLong(first + SplitLayout.DESCRIPTOR_ADDRESS);
            long tail = bytes.getLong(first + SplitLayout.DESCRIPTOR_LENGTH);
            int next = SplitRing.next(tail);
            if (SplitRing.flags(tail) != SplitLayout.FLAG_NEXT || next > mask) {
                break;
            }
            int second = table + next * SplitLayout.DESCRIPTOR_SIZE;
            long answer = bytes.getLong(second + SplitLayout.DESCRIPTOR_ADDRESS);
            long end = bytes.getLong(second + SplitLayout.DESCRIPTOR_LENGTH);
            int requestLength = SplitRing.length(tail);
            int answerLength = SplitRing.length(end);
            if (SplitRing.flags(end) != SplitLayout.FLAG_WRITE
                    || !holds(start, size, request, requestLength)
                    || !holds(start, size, answer, answerLength)) {
                break;
            }
            chain.pair(head, (int) (request - start), requestLength, (int) (answer - start), answerLength);
            int written = server.serve(chain);
            checkWritten(chain, written);
            int element = elements + (pushed + served & mask) * SplitLayout.USED_ELEMENT_SIZE;
            bytes.putLong(element, SplitRing.usedElement(head, written));
        } while (++served < limit);
        return served;
    }
}
