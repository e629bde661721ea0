// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The driver's side of a virtqueue, whatever its layout.
 *
 * <p>A driver adds chains, publishes them together, kicks if the device wants it, and polls for used ones. One that
 * sleeps calls {@link #enableInterrupts()} each time before it does: with {@link RingFeatures#EVENT_IDX} the device is
 * asked for the next interrupt only by that call.
 *
 * <p>Confined to one thread. It trusts nothing that the device writes: an identifier that was not handed out, or a
 * length beyond the chain's, is a {@link RingFault}. After one the queue must not be used any more.
 */
@ProviderType
public interface DriverQueue {

    /**
     * Number of entries.
     *
     * @return 1 to 32768
     */
    int size();

    /**
     * Descriptors that are free.
     *
     * @return 0 to {@link #size()}
     */
    int free();

    /**
     * Adds a chain: first its device-readable, then its device-writable pieces.
     *
     * @param pieces addresses and lengths in alternation, {@code address0, length0, address1, length1, …}; each length
     *     1 to 2^32 - 1
     * @param readable how many of the pieces, from the first on, the device reads; it writes the others
     * @return the chain's identifier, 0 to {@code size() - 1}, or -1 if there are not enough free descriptors
     * @throws RingFault if the ring cannot be written
     * @throws IllegalArgumentException if the pieces break the rules above, are more than the queue has entries, or are
     *     longer than 2^32 bytes together
     */
    int add(long[] pieces, int readable) throws RingFault;

    /**
     * Adds a chain of one device-readable and one device-writable piece, as most requests are. Does what {@link #add}
     * does, and costs less.
     *
     * @param readable address of what the device reads
     * @param readableLength 1 to 2^32 - 1
     * @param writable address of what it writes
     * @param writableLength 1 to 2^32 - 1
     * @return the chain's identifier, 0 to {@code size() - 1}, or -1 if there are not two free descriptors
     * @throws RingFault if the ring cannot be written
     * @throws IllegalArgumentException if a length is out of range, both together are more than 2^32, or the queue has
     *     one entry only
     */
    int addPair(long readable, long readableLength, long writable, long writableLength) throws RingFault;

    /**
     * Adds chains of one device-readable and one device-writable piece: like {@link #addPair} for each, but cheaper.
     *
     * @param pairs address and length of what the device reads and of what it writes, four values for each chain, with
     *     lengths as {@link #addPair} takes them
     * @param count of chains, 0 to a quarter of {@code pairs}' length
     * @param ids receives the chains' identifiers; as long as {@code count} or longer
     * @return how many of the first chains have been added: fewer than {@code count} if there are not enough free
     *     descriptors
     * @throws RingFault if the ring cannot be written
     * @throws IllegalArgumentException if a length is out of range; the chains before it have been added
     * @throws IndexOutOfBoundsException if an array is too short or {@code count} negative; nothing has been added
     */
    int addPairs(long[] pairs, int count, int[] ids) throws RingFault;

    /**
     * Adds a chain as {@link #add} does, but lists its pieces in an indirect table, so that it takes one descriptor
     * only (virtio 1.4, 2.7.5.3).
     *
     * @param pieces addresses and lengths in alternation; each length 1 to 2^32 - 1
     * @param readable how many of the pieces, from the first on, the device reads; it writes the others
     * @param table address of 16 bytes for each piece, a multiple of 16, which belong to the queue until {@link
     *     #poll()} gives the chain back
     * @return the chain's identifier, 0 to {@code size() - 1}, or -1 if there is no free descriptor
     * @throws RingFault if the ring or the table cannot be written
     * @throws IllegalArgumentException if the pieces break the rules of {@link #add}
     * @throws IllegalStateException if {@link RingFeatures#INDIRECT_DESC} has not been negotiated
     */
    int addIndirect(long[] pieces, int readable, long table) throws RingFault;

    /**
     * Makes all chains added since the last call available at once.
     *
     * @throws RingFault if the ring cannot be written
     */
    void publish() throws RingFault;

    /**
     * Whether the device wants a kick for what the last {@link #publish()} published.
     *
     * @return true if an available buffer notification is due; false if nothing was published since the last call
     * @throws RingFault if the ring cannot be read
     */
    boolean kickWanted() throws RingFault;

    /**
     * Publishes and asks: like {@link #publish()} and then {@link #kickWanted()}, but cheaper.
     *
     * @return true if an available buffer notification is due
     * @throws RingFault if the ring cannot be accessed
     */
    boolean flush() throws RingFault;

    /**
     * What a kick tells the device with NOTIFICATION_DATA (virtio 1.4, 2.9): the position up to which chains have been
     * published. It is the upper half of the notification; the lower is the number of the queue.
     *
     * @return {@code next_off} in bits 0 to 14, {@code next_wrap} in bit 15
     */
    int notificationData();

    /**
     * Takes the next used chain back and frees its descriptors.
     *
     * @return the identifier that {@link #add} gave, or -1 if the device has used nothing more
     * @throws RingFault if the device gave back what it was never given
     */
    int poll() throws RingFault;

    /**
     * Bytes that the device says it wrote into the chain that {@link #poll()} gave last.
     *
     * @return 0 to 2^32
     */
    long usedLength();

    /**
     * Takes used chains back and frees their descriptors: like {@link #poll()} and {@link #usedLength()} for each, but
     * cheaper. Those that the device has used since the queue last looked may be left for the next call.
     *
     * @param ids receives their identifiers, as many as it is long
     * @param lengths receives the bytes that the device says it wrote into each; as long as {@code ids} or longer
     * @return how many
     * @throws RingFault if the device gave back what it was never given; what came back before that may be lost
     * @throws IndexOutOfBoundsException if {@code lengths} is shorter than {@code ids}; nothing has been taken
     */
    int poll(int[] ids, long[] lengths) throws RingFault;

    /**
     * Asks the device not to interrupt. A hint: spurious interrupts remain possible.
     *
     * @throws RingFault if the ring cannot be written
     */
    void suppressInterrupts() throws RingFault;

    /**
     * Asks the device to interrupt again, and looks once more.
     *
     * @return true if a used chain waits, so that the caller must poll instead of sleeping
     * @throws RingFault if the ring cannot be accessed
     */
    boolean enableInterrupts() throws RingFault;
}
