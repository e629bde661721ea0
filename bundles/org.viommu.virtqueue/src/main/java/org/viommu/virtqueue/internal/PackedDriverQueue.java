// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.PackedLayout;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;

/**
 * The driver's side of a packed ring (virtio 1.4, 2.8). What it knows about its chains it keeps on the heap, where no
 * device can change it.
 *
 * <p>A device looks at available descriptors in ring order. So all of a batch are written at once but for the flags of
 * the first, which are published last and show the others with it.
 */
public final class PackedDriverQueue implements DriverQueue {
    private final PackedRing ring;
    private final RingBracket bracket;
    private final boolean indirect;
    private final boolean eventIndex;

    /** The identifiers, one for each slot: each chain takes one, whatever its length. */
    private final DescriptorPool ids;

    private final PackedBatches batches;

    /** Null unless the device gives chains back in order. */
    private final AddedOrder order;

    /** Number of slots of each chain. */
    private final int[] slots;

    /** Position of the next chain to write. */
    private int added;

    /** Position up to which the device sees what is available. */
    private int published;

    /** The available position up to which {@link #kickWanted()} has answered. */
    private int notified;

    /** Position of the next used descriptor to take. */
    private int polled;

    /** Flags of the descriptor at {@link #published}, to be written last. */
    private int firstFlags;

    private long usedLength;

    /** Opens a fresh queue. */
    public PackedDriverQueue(QueueAddresses addresses, long features, MemoryAccess access) throws RingFault {
        this.ring = PackedRing.ofDriver(addresses, access);
        this.bracket = ring.bracket();
        this.indirect = (features & RingFeatures.INDIRECT_DESC) != 0;
        this.eventIndex = (features & RingFeatures.EVENT_IDX) != 0;
        boolean inOrder = (features & RingFeatures.IN_ORDER) != 0;
        this.ids = new DescriptorPool(ring.size(), inOrder);
        this.order = inOrder ? new AddedOrder(ring.size()) : null;
        this.slots = new int[ring.size()];
        this.batches = new PackedBatches(ring, ids, slots);
    }

    @Override
    public int size() {
        return ring.size();
    }

    @Override
    public int free() {
        return ring.size() - ring.distance(added, polled);
    }

    @Override
    public int add(long[] pieces, int readable) throws RingFault {
        long writable = Pieces.check(pieces, readable, ring.size());
        int count = Pieces.count(pieces);
        if (count > free()) {
            return -1;
        }
        boolean entered = bracket.enter();
        try {
            int id = take(count, writable);
            for (int i = 0; i < count; i++) {
                int flags = Pieces.writeFlag(i, readable) | (i < count - 1 ? PackedLayout.FLAG_NEXT : 0);
                put(pieces[2 * i], (int) pieces[2 * i + 1], id, flags);
            }
            return id;
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public int addPair(long readable, long readableLength, long writable, long writableLength) throws RingFault {
        Pieces.checkPair(readableLength, writableLength, ring.size());
        if (free() < 2) {
            return -1;
        }
        boolean entered = bracket.enter();
        try {
            int id = take(2, writableLength);
            put(readable, (int) readableLength, id, PackedLayout.FLAG_NEXT);
            put(writable, (int) writableLength, id, PackedLayout.FLAG_WRITE);
            return id;
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public int addPairs(long[] pairs, int count, int[] identifiers) throws RingFault {
        Pieces.checkRoom(pairs, count, identifiers);
        boolean entered = bracket.enter();
        try {
            int done = 0;
            while (done < count) {
                done += addBatch(pairs, done, count, identifiers);
                if (done < count) {
                    int at = done * Pieces.PAIR;
                    int id = addPair(pairs[at], pairs[at + 1], pairs[at + 2], pairs[at + 3]);
                    if (id < 0) {
                        break;
                    }
                    identifiers[done++] = id;
                }
            }
            return done;
        } finally {
            bracket.exit(entered);
        }
    }

    private int addBatch(long[] pairs, int from, int to, int[] identifiers) {
        if (order != null || !batches.possible()) {
            return 0;
        }
        boolean first = added == published;
        int fit = Math.min(to, from + free() / 2);
        int done = batches.add(added, first, pairs, from, fit, identifiers);
        if (first) {
            firstFlags = batches.firstFlags();
        }
        added = ring.advance(added, 2 * done);
        return done;
    }

    @Override
    public int addIndirect(long[] pieces, int readable, long table) throws RingFault {
        if (!indirect) {
            throw new IllegalStateException("indirect descriptors have not been negotiated");
        }
        long writable = Pieces.check(pieces, readable, ring.size());
        int count = Pieces.count(pieces);
        if (free() == 0) {
            return -1;
        }
        boolean entered = bracket.enter();
        try {
            for (int i = 0; i < count; i++) {
                int flags = Pieces.writeFlag(i, readable);
                ring.putEntry(table, i, pieces[2 * i], (int) pieces[2 * i + 1], flags);
            }
            int id = take(1, writable);
            put(table, count * PackedLayout.DESCRIPTOR_SIZE, id, PackedLayout.FLAG_INDIRECT);
            return id;
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public void publish() throws RingFault {
        if (added == published) {
            return;
        }
        boolean entered = bracket.enter();
        try {
            show();
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public boolean kickWanted() throws RingFault {
        if (published == notified) {
            return false;
        }
        boolean entered = bracket.enter();
        try {
            return ask();
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public boolean flush() throws RingFault {
        if (added == published && published == notified) {
            return false;
        }
        boolean entered = bracket.enter();
        try {
            if (added != published) {
                show();
            }
            return ask();
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public int notificationData() {
        return ring.encode(published);
    }

    @Override
    public int poll() throws RingFault {
        boolean entered = bracket.enter();
        try {
            int id;
            if (order != null && order.inBatch()) {
                id = order.next();
                usedLength = order.take(ids.writable(id));
            } else {
                long tail = ring.tailAcquire(polled);
                if (!ring.isUsed(PackedRing.flags(tail), polled)) {
                    return -1;
                }
                id = readElement(tail);
            }
            ids.giveBack(id);
            polled = ring.advance(polled, slots[id]);
            return id;
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public int poll(int[] identifiers, long[] lengths) throws RingFault {
        Objects.checkFromIndexSize(0, identifiers.length, lengths.length);
        boolean entered = bracket.enter();
        try {
            int done = 0;
            for (int id = 0; done < identifiers.length && (id = poll()) >= 0; done++) {
                identifiers[done] = id;
                lengths[done] = usedLength;
            }
            return done;
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public long usedLength() {
        return usedLength;
    }

    @Override
    public void suppressInterrupts() throws RingFault {
        boolean entered = bracket.enter();
        try {
            ring.putDriverEvent(polled, PackedLayout.EVENT_DISABLE);
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public boolean enableInterrupts() throws RingFault {
        boolean entered = bracket.enter();
        try {
            ring.putDriverEvent(polled, eventIndex ? PackedLayout.EVENT_DESCRIPTOR : PackedLayout.EVENT_ENABLE);
            // The wish must be visible before the flags are read: otherwise a chain could come back with neither
            // interrupt nor notice.
            VarHandle.fullFence();
            return order != null && order.inBatch() || ring.isUsed(ring.flags(polled), polled);
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    private int take(int count, long writable) {
        int id = ids.take(1, writable);
        slots[id] = count;
        if (order != null) {
            order.add(id);
        }
        return id;
    }

    /** Writes the next descriptor; the first of a batch does not show yet. */
    private void put(long address, int length, int id, int flags) throws AccessFault {
        int marked = flags | ring.availableMark(added);
        if (added == published) {
            firstFlags = marked;
            marked = ring.freeMark(added);
        }
        ring.putAddress(added, address);
        ring.putTail(added, length, id, marked);
        added = ring.advance(added, 1);
    }

    /** Takes what the next used descriptor says; returns the chain that comes back first by it. */
    private int readElement(long tail) throws RingFault {
        int id = PackedRing.id(tail);
        // Without the flag the device has written nothing and the length means nothing.
        boolean wrote = (PackedRing.flags(tail) & PackedLayout.FLAG_WRITE) != 0;
        usedLength = wrote ? Integer.toUnsignedLong(PackedRing.length(tail)) : 0;
        ids.checkUsed(id, usedLength);
        if (order == null) {
            return id;
        }
        order.begin(id, usedLength);
        int first = order.next();
        usedLength = order.take(ids.writable(first));
        return first;
    }

    /** Shows the device what has been added. */
    private void show() throws AccessFault {
        ring.publishFlags(published, firstFlags);
        published = added;
        ids.publish();
    }

    /** Whether the device wants to hear of what has been published since it was asked last. */
    private boolean ask() throws AccessFault {
        int before = notified;
        notified = published;
        // The flags must be visible before the device's wish is read: a device that changes its mind looks at the
        // ring once more.
        VarHandle.fullFence();
        return ring.wanted(ring.deviceEvent(), eventIndex, published, before);
    }
}
