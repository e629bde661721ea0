// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The device's side of a virtqueue, whatever its layout.
 *
 * <p>A device pops chains, serves each, pushes it back, and then publishes the batch at once:
 *
 * <pre>
 *   while (queue.pop(chain)) {
 *       int written = serve(chain);
 *       queue.push(chain, written);
 *   }
 *   if (queue.flush()) interrupt
 *   if (!queue.enableKicks()) sleep until kicked
 * </pre>
 *
 * <p>A device that sleeps calls {@link #enableKicks()} each time before it does, even if it never suppressed kicks:
 * with {@link RingFeatures#EVENT_IDX} the driver is asked for the next kick only by that call.
 *
 * <p>Confined to the thread that serves the queue. After a {@link RingFault} the queue must not be used any more. It
 * never blocks, and what the driver writes into the ring bounds neither its time nor its memory: each call costs at
 * most as many steps as the queue has entries.
 */
@ProviderType
public interface DeviceQueue {

    /**
     * Number of entries.
     *
     * @return 1 to 32768
     */
    int size();

    /**
     * Takes the next available chain.
     *
     * @param chain receives the chain; what it held before is forgotten
     * @return false if the driver has made nothing available
     * @throws RingFault if the ring breaks the rules
     */
    boolean pop(Chain chain) throws RingFault;

    /**
     * Takes the next available chains, as many as a batch holds: like {@link #pop(Chain)} for each, but cheaper. Those
     * that the driver has made available since the queue last looked may be left for the next call.
     *
     * @param batch receives the chains; what it held before is forgotten
     * @return how many chains it holds now; 0 if the driver has made nothing available
     * @throws RingFault if the ring breaks the rules, be it behind chains that have been taken
     */
    default int pop(ChainBatch batch) throws RingFault {
        int count = 0;
        while (count < batch.capacity() && pop(batch.chain(count))) {
            count++;
        }
        batch.hold(count);
        return count;
    }

    /**
     * Looks whether a chain is available, and changes nothing: what a device calls that polls.
     *
     * @return whether {@link #pop} would find something
     * @throws RingFault if the ring breaks the rules
     */
    boolean available() throws RingFault;

    /**
     * Stages a chain as used. The driver sees it at the next {@link #publish()}; with {@link RingFeatures#IN_ORDER}, at
     * the first by which all chains popped before it have been pushed too.
     *
     * @param chain popped from this queue and not yet pushed
     * @param written bytes written from the start of its device-writable part, unsigned; 0 if the device did not write
     * @throws RingFault if the ring cannot be written
     * @throws IllegalArgumentException if that is more than the part has
     * @throws IllegalStateException if no chain of this queue waits to be pushed
     */
    void push(Chain chain, int written) throws RingFault;

    /**
     * Stages all chains of a batch as used: like {@link #push(Chain, int)} for each, but cheaper.
     *
     * @param batch popped from this queue and not yet pushed, with what has been written into each chain
     * @throws RingFault if the ring cannot be written
     * @throws IllegalArgumentException if that is more than the chain's writable part has
     * @throws IllegalStateException if not as many chains of this queue wait to be pushed
     */
    default void push(ChainBatch batch) throws RingFault {
        for (int i = 0; i < batch.count(); i++) {
            push(batch.chain(i), batch.written(i));
        }
    }

    /**
     * Shows the driver all chains pushed since the last call, at once. Does nothing if there are none.
     *
     * @throws RingFault if the ring cannot be written
     */
    void publish() throws RingFault;

    /**
     * Whether the driver wants an interrupt for what the last {@link #publish()} published. Ask once for each
     * publication.
     *
     * @return true if a used buffer notification is due; false if nothing was published since the last call
     * @throws RingFault if the ring cannot be read
     */
    boolean interruptWanted() throws RingFault;

    /**
     * Publishes and asks: like {@link #publish()} and then {@link #interruptWanted()}, but cheaper.
     *
     * @return true if a used buffer notification is due
     * @throws RingFault if the ring cannot be accessed
     */
    default boolean flush() throws RingFault {
        publish();
        return interruptWanted();
    }

    /**
     * Asks the driver not to kick while the device polls. A hint: spurious kicks remain possible.
     *
     * @throws RingFault if the ring cannot be written
     */
    void suppressKicks() throws RingFault;

    /**
     * Asks the driver to kick again, and looks once more.
     *
     * @return true if a chain is available, so that the caller must go on popping instead of sleeping
     * @throws RingFault if the ring cannot be accessed
     */
    boolean enableKicks() throws RingFault;
}
