// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;
import org.viommu.virtqueue.SplitLayout;

/**
 * The driver's side of a split ring (virtio 1.4, 2.7). What it knows about its descriptors it keeps on the heap, where
 * no device can change it.
 */
public final class SplitDriverQueue implements DriverQueue {
    private final SplitRing ring;
    private final RingBracket bracket;
    private final boolean indirect;
    private final boolean eventIndex;
    private final DescriptorPool descriptors;
    private final SplitBatches batches;

    /** Null unless the device gives chains back in order. */
    private final AddedOrder order;

    /** Index of the next head to make available. */
    private int added;

    /** The available index that the device sees. */
    private int published;

    /** The available index up to which {@link #kickWanted()} has answered. */
    private int notified;

    /** Index of the next used element to take. */
    private int polled;

    /** The device's index when it was read last: what is before it is used. */
    private int seen;

    private long usedLength;

    /** Opens a fresh queue. */
    public SplitDriverQueue(QueueAddresses addresses, long features, MemoryAccess access) throws RingFault {
        this.ring = SplitRing.ofDriver(addresses, access);
        this.bracket = ring.bracket();
        this.indirect = (features & RingFeatures.INDIRECT_DESC) != 0;
        this.eventIndex = (features & RingFeatures.EVENT_IDX) != 0;
        boolean inOrder = (features & RingFeatures.IN_ORDER) != 0;
        this.descriptors = new DescriptorPool(ring.size(), inOrder);
        this.batches = new SplitBatches(ring, descriptors);
        this.order = inOrder ? new AddedOrder(ring.size()) : null;
    }

    @Override
    public int size() {
        return ring.size();
    }

    @Override
    public int free() {
        return descriptors.free();
    }

    @Override
    public int add(long[] pieces, int readable) throws RingFault {
        long writable = Pieces.check(pieces, readable, ring.size());
        int count = Pieces.count(pieces);
        if (count > descriptors.free()) {
            return -1;
        }
        boolean entered = bracket.enter();
        try {
            int head = descriptors.take(count, writable);
            int index = head;
            for (int i = 0; i < count; i++) {
                int next = descriptors.next(index);
                int flags = flags(pieces, i, readable);
                int follows = (flags & SplitLayout.FLAG_NEXT) != 0 ? next : 0;
                ring.putDescriptor(index, pieces[2 * i], (int) pieces[2 * i + 1], flags, follows);
                index = next;
            }
            putHead(head);
            return head;
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public int addPair(long readable, long readableLength, long writable, long writableLength) throws RingFault {
        Pieces.checkPair(readableLength, writableLength, ring.size());
        if (descriptors.free() < 2) {
            return -1;
        }
        boolean entered = bracket.enter();
        try {
            int head = descriptors.take(2, writableLength);
            int second = descriptors.next(head);
            ring.putDescriptor(head, readable, (int) readableLength, SplitLayout.FLAG_NEXT, second);
            ring.putDescriptor(second, writable, (int) writableLength, SplitLayout.FLAG_WRITE, 0);
            putHead(head);
            return head;
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public int addPairs(long[] pairs, int count, int[] ids) throws RingFault {
        Pieces.checkRoom(pairs, count, ids);
        boolean entered = bracket.enter();
        try {
            int done = order == null && batches.possible() ? batches.add(added, pairs, count, ids) : 0;
            added = SplitRing.advance(added, done);
            for (int at = done * Pieces.PAIR; done < count; at += Pieces.PAIR) {
                int id = addPair(pairs[at], pairs[at + 1], pairs[at + 2], pairs[at + 3]);
                if (id < 0) {
                    break;
                }
                ids[done++] = id;
            }
            return done;
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public int addIndirect(long[] pieces, int readable, long table) throws RingFault {
        if (!indirect) {
            throw new IllegalStateException("indirect descriptors have not been negotiated");
        }
        long writable = Pieces.check(pieces, readable, ring.size());
        int count = Pieces.count(pieces);
        if (descriptors.free() == 0) {
            return -1;
        }
        boolean entered = bracket.enter();
        try {
            for (int i = 0; i < count; i++) {
                int flags = flags(pieces, i, readable);
                int follows = (flags & SplitLayout.FLAG_NEXT) != 0 ? i + 1 : 0;
                ring.putEntry(table, i, pieces[2 * i], (int) pieces[2 * i + 1], flags, follows);
            }
            int head = descriptors.take(1, writable);
            int length = count * SplitLayout.DESCRIPTOR_SIZE;
            ring.putDescriptor(head, table, length, SplitLayout.FLAG_INDIRECT, 0);
            putHead(head);
            return head;
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
        return published;
    }

    @Override
    public int poll() throws RingFault {
        boolean entered = bracket.enter();
        try {
            boolean inBatch = order != null && order.inBatch();
            if (polled == seen && !look()) {
                if (inBatch) {
                    // The index has not moved as far as the batch is long.
                    throw new RingFault(RingFault.Kind.INDEX_JUMP, polled);
                }
                return -1;
            }
            int id;
            if (inBatch) {
                id = order.next();
                usedLength = order.take(descriptors.writable(id));
            } else {
                id = readElement();
            }
            descriptors.giveBack(id);
            polled = SplitRing.after(polled);
            return id;
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public int poll(int[] ids, long[] lengths) throws RingFault {
        Objects.checkFromIndexSize(0, ids.length, lengths.length);
        boolean entered = bracket.enter();
        try {
            int done = 0;
            if (order == null && batches.possible() && (polled != seen || look())) {
                int ready = Math.min(ids.length, SplitRing.distance(seen, polled));
                done = batches.take(polled, ready, ids, lengths);
                polled = SplitRing.advance(polled, done);
                if (done > 0) {
                    return done;
                }
            }
            for (int id = 0; done < ids.length && (id = poll()) >= 0; done++) {
                ids[done] = id;
                lengths[done] = usedLength;
            }
            return done;
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
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
            if (eventIndex) {
                // As far away as can be: a device that has just passed an index may look at the event only now.
                ring.putUsedEvent(SplitRing.opposite(polled));
            } else {
                ring.putAvailableFlags(SplitLayout.AVAILABLE_NO_INTERRUPT);
            }
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
            if (eventIndex) {
                ring.putUsedEvent(polled);
            } else {
                ring.putAvailableFlags(0);
            }
            // The wish must be visible before the index is read: otherwise a chain could come back with neither
            // interrupt nor notice.
            VarHandle.fullFence();
            return look();
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    /** Reads the next used element; returns the chain that comes back first by it. */
    private int readElement() throws RingFault, AccessFault {
        long element = ring.usedElement(polled);
        long id = SplitRing.usedId(element);
        long length = SplitRing.usedLength(element);
        descriptors.checkUsed(id, length);
        usedLength = length;
        if (order == null) {
            return (int) id;
        }
        order.begin((int) id, length);
        int first = order.next();
        usedLength = order.take(descriptors.writable(first));
        return first;
    }

    /** Reads the device's index; returns whether a used chain waits. */
    private boolean look() throws RingFault, AccessFault {
        int index = ring.usedIndex();
        if (SplitRing.distance(index, polled) > SplitRing.distance(published, polled)) {
            throw new RingFault(RingFault.Kind.INDEX_JUMP, index);
        }
        seen = index;
        return index != polled;
    }

    private void putHead(int head) throws AccessFault {
        ring.putHead(added, head);
        if (order != null) {
            order.add(head);
        }
        added = SplitRing.after(added);
    }

    private static int flags(long[] pieces, int piece, int readable) {
        boolean last = piece == Pieces.count(pieces) - 1;
        return (last ? 0 : SplitLayout.FLAG_NEXT) | Pieces.writeFlag(piece, readable);
    }

    /** Shows the device what has been added. */
    private void show() throws AccessFault {
        ring.publishAvailableIndex(added);
        published = added;
        descriptors.publish();
    }

    /** Whether the device wants to hear of what has been published since it was asked last. */
    private boolean ask() throws AccessFault {
        int before = notified;
        notified = published;
        // The index must be visible before the device's wish is read: a device that changes its mind looks at the
        // index once more.
        VarHandle.fullFence();
        return eventIndex
                ? SplitRing.crossed(ring.availableEvent(), published, before)
                : (ring.usedFlags() & SplitLayout.USED_NO_NOTIFY) == 0;
    }
}
