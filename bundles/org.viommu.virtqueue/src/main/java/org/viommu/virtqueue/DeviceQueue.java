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
 * <p>One that answers at once lets the queue do the loop, with {@link #serve}, which costs much less.
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
     * Pops available chains, has each served, and pushes it: like {@link #pop} and {@link #push} for each, but cheaper.
     * Those that the driver has made available since the queue last looked may be left for the next call.
     *
     * <p>For devices that answer from memory: memory is entered meanwhile, so that a host that takes some of it away
     * waits. If the server throws an exception, this comes out, and the queue must not be used any more.
     *
     * @param chain in which the chains come, one after the other; not to be used behind the call
     * @param limit how many to serve at most, 0 or more
     * @param server of each chain; it does not use the queue
     * @return how many have been served; 0 if the driver has made nothing available
     * @throws RingFault if the ring breaks the rules, be it behind chains that have been served
     * @throws IllegalArgumentException if the server says that it has written more than a chain has room for
     */
    default int serve(Chain chain, int limit, ChainServer server) throws RingFault {
        int served = 0;
        while (served < limit && pop(chain)) {
            push(chain, server.serve(chain));
            served++;
        }
        return served;
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
