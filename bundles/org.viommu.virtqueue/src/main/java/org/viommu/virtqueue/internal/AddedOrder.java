// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

/**
 * The chains of a driver in the order in which it added them, for a device that gives them back in that order and may
 * name only the last of a batch (virtio 1.4, 2.7.9 and 2.8.8).
 */
final class AddedOrder {
    private static final int NONE = -1;

    private final int[] ids;
    private int first;
    private int behind;

    /** Identifier of the last chain of the batch that is being given back. */
    private int last = NONE;

    private long lastLength;

    AddedOrder(int size) {
        ids = new int[size];
    }

    void add(int id) {
        ids[behind] = id;
        behind = after(behind);
    }

    /** Whether chains of a batch wait whose used element has been read. */
    boolean inBatch() {
        return last != NONE;
    }

    /** Begins to give back the chains up to one that the device has; the length is that one's. */
    void begin(int id, long length) {
        last = id;
        lastLength = length;
    }

    /** Identifier of the next chain of the batch. */
    int next() {
        return ids[first];
    }

    /** Takes the next chain; returns how much the device has written: all that it may, but for the last one. */
    long take(long writable) {
        boolean atLast = ids[first] == last;
        first = after(first);
        if (!atLast) {
            return writable;
        }
        last = NONE;
        return lastLength;
    }

    private int after(int index) {
        return index + 1 == ids.length ? 0 : index + 1;
    }
}
