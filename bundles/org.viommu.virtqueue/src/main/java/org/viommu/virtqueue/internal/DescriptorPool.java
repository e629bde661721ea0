// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import org.viommu.virtqueue.RingFault;

/**
 * Which descriptors of a driver's table are free, and which chains the others form. The identifiers of a packed ring are
 * kept in the same way, one for each chain.
 */
final class DescriptorPool {
    /** One descriptor, and the chain that begins there. */
    private static final class Entry {
        /** The descriptor behind this one, in its chain or in the list of free ones. */
        private int next;

        /** Number of descriptors of the chain; 0 if none begins here. */
        private int count;

        /** The last descriptor of the chain. */
        private Entry last;

        /** Bytes that the device may write into the chain. */
        private long writable;

        /** The batch in which the chain was added. */
        private long batch;
    }

    private final Entry[] entries;

    /** Number of the batch that the device does not see yet. */
    private long batch;

    /** Whether chains come back in the order in which they were taken: descriptors are then used in ring order. */
    private final boolean inOrder;

    private int firstFree;
    private int free;

    DescriptorPool(int size, boolean inOrder) {
        this.inOrder = inOrder;
        entries = new Entry[size];
        free = size;
        for (int i = 0; i < size; i++) {
            entries[i] = new Entry();
            entries[i].next = i + 1;
        }
        entries[size - 1].next = 0;
    }

    int free() {
        return free;
    }

    /** Takes {@code count} (1 to {@link #free()}) descriptors and chains them; returns the first. */
    int take(int count, long writableBytes) {
        int head = firstFree;
        Entry first = entries[head];
        Entry last = first;
        for (int i = 1; i < count; i++) {
            last = entries[last.next];
        }
        firstFree = last.next;
        free -= count;
        first.count = count;
        if (first.last != last) {
            // Usually it is that of the chain before; the collector's barrier would cost more than the comparison.
            first.last = last;
        }
        first.writable = writableBytes;
        first.batch = batch;
        return head;
    }

    /** The descriptor behind one in its chain; without meaning for the last. */
    int next(int index) {
        return entries[index].next;
    }

    /** Lets the device have all chains taken so far. */
    void publish() {
        batch++;
    }

    long writable(int head) {
        return entries[head].writable;
    }

    /** Whether a device can have used what it says: a chain that it has, and no more bytes than that has. */
    boolean mayBeUsed(long head, long length) {
        if (head >= entries.length) {
            return false;
        }
        Entry first = entries[(int) head];
        return first.count != 0 && first.batch != batch && length <= first.writable;
    }

    /** Judges what a device says that it has used. */
    void checkUsed(long head, long length) throws RingFault {
        if (mayBeUsed(head, length)) {
            return;
        }
        boolean known = head < entries.length && entries[(int) head].count != 0 && entries[(int) head].batch != batch;
        throw known
                ? new RingFault(RingFault.Kind.USED_LENGTH_TOO_LARGE, length)
                : new RingFault(RingFault.Kind.UNKNOWN_USED_ID, head);
    }

    /** Frees the chain that begins at a descriptor. */
    void giveBack(int head) {
        Entry first = entries[head];
        int count = first.count;
        if (!inOrder) {
            first.last.next = firstFree;
            firstFree = head;
        }
        free += count;
        first.count = 0;
    }
}
