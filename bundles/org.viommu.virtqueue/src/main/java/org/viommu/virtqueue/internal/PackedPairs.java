// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.viommu.memory.Window;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainServer;
import org.viommu.virtqueue.PackedLayout;

/**
 * Serves chains of the usual kind: a readable descriptor and a writable one behind it, whose buffers lie in one window, in
 * a ring that lies in one. Any other chain it leaves to {@link PackedChainReader} to judge: what it has read of that one
 * does not count.
 */
final class PackedPairs extends Pairs {
    /** Entries of the ring that a chain of this kind takes. */
    static final int PAIR = 2;

    private static final int STEP = PAIR * PackedLayout.DESCRIPTOR_SIZE;

    private final PackedRing ring;

    /** The buffer that has all of the ring, or null. */
    private ByteBuffer bytes;

    /** Where the buffer has the first descriptor. */
    private int table;

    private int firstFlags;

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

    /**
     * Serves up to {@code limit} chains from a position on, for as long as they are available, of the usual kind and
     * before the ring's end, and writes their used descriptors in their places. Returns how many.
     *
     * @param withheld whether the flags of the first used descriptor are not to be written, but kept for {@link
     *     #firstFlags()}
     */
    int serve(int position, int limit, boolean withheld, Chain chain, ChainServer server) {
        Window window = this.window;
        if (bytes == null || window == null) {
            return 0;
        }
        // All in one method and in locals: what the compiler knows of them then holds for all chains of a batch.
        ByteBuffer bytes = bind(chain, window, this.bytes);
        long start = window.start();
        int size = window.size();
        int slot = ring.slot(position);
        int mark = ring.availableMark(position);
        int usedMark = ring.usedMark(position);
        int at = table + slot * PackedLayout.DESCRIPTOR_SIZE;
        // The marks turn over at the ring's end.
        int ready = available(bytes, at, mark, Math.min(limit, (ring.size() - slot) / PAIR));
        int served = 0;
        while (served < ready) {
            int next = at + PackedLayout.DESCRIPTOR_SIZE;
            long request = bytes.getLong(at + PackedLayout.DESCRIPTOR_ADDRESS);
            long tail = bytes.getLong(at + PackedLayout.DESCRIPTOR_LENGTH);
            long answer = bytes.getLong(next + PackedLayout.DESCRIPTOR_ADDRESS);
            long end = bytes.getLong(next + PackedLayout.DESCRIPTOR_LENGTH);
            int requestLength = PackedRing.length(tail);
            int answerLength = PackedRing.length(end);
            if (PackedRing.flags(tail) != (mark | PackedLayout.FLAG_NEXT)
                    || PackedRing.flags(end) != (mark | PackedLayout.FLAG_WRITE)
                    || !holds(start, size, request, requestLength)
                    || !holds(start, size, answer, answerLength)) {
                break;
            }
            int id = PackedRing.id(end);
            chain.pair(id, (int) (request - start), requestLength, (int) (answer - start), answerLength);
            int written = server.serve(chain);
            checkWritten(chain, written);
            int flags = usedMark | (written == 0 ? 0 : PackedLayout.FLAG_WRITE);
            if (withheld) {
                withheld = false;
                firstFlags = flags;
                flags = mark;
            }
            bytes.putLong(at + PackedLayout.DESCRIPTOR_LENGTH, PackedRing.tail(written, id, flags));
            at += STEP;
            served++;
        }
        return served;
    }

    /** The flags that have been withheld last. */
    int firstFlags() {
        return firstFlags;
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
