// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

/**
 * Chains that a device takes from its queue together, serves, and gives back together: {@link
 * DeviceQueue#pop(ChainBatch)} fills a batch, the device says what it has written into each chain, and {@link
 * DeviceQueue#push(ChainBatch)} gives them all back. Made once and filled again and again.
 *
 * <p>Confined to the thread that serves the queue.
 */
public final class ChainBatch {
    private final Chain[] chains;
    private int count;

    /**
     * Creates an empty batch.
     *
     * @param capacity how many chains it holds at most, 1 or more
     */
    public ChainBatch(int capacity) {
        chains = new Chain[capacity];
        for (int i = 0; i < capacity; i++) {
            chains[i] = new Chain();
        }
    }

    /**
     * How many chains it holds at most.
     *
     * @return 1 or more
     */
    public int capacity() {
        return chains.length;
    }

    /**
     * How many chains it holds.
     *
     * @return 0 to {@link #capacity()}
     */
    public int count() {
        return count;
    }

    /**
     * Says how many chains it holds. For implementations of {@link DeviceQueue}.
     *
     * @param chains 0 to {@link #capacity()}
     */
    public void hold(int chains) {
        count = chains;
    }

    /**
     * One of the chains, in the order in which the driver made them available. Implementations of {@link DeviceQueue}
     * fill those behind the last.
     *
     * @param index 0 (inclusive) to {@link #capacity()} (exclusive)
     * @return the chain
     */
    public Chain chain(int index) {
        return chains[index];
    }

    /**
     * Says how much the device has written into a chain.
     *
     * @param index of the chain, below {@link #count()}
     * @param bytes from the start of its device-writable part, unsigned; 0 if the device did not write
     */
    public void written(int index, int bytes) {
        chains[index].written = bytes;
    }

    /**
     * How much the device has written into a chain.
     *
     * @param index of the chain, below {@link #count()}
     * @return what was said last for this index, unsigned
     */
    public int written(int index) {
        return chains[index].written;
    }
}
