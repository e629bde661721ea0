// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.lang.invoke.VarHandle;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainServer;
import org.viommu.virtqueue.DeviceRing;
import org.viommu.virtqueue.PackedLayout;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.QueueProgress;
import org.viommu.virtqueue.QueueState;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;

/**
 * The device's side of a packed ring (virtio 1.4, 2.8). How many slots each chain takes is kept with the chain: when it
 * is used, its descriptors may be gone.
 *
 * <p>A driver looks at used descriptors in ring order. So all of a batch are written at once but for the flags of the
 * first, which are published last and show the others with it.
 */
public final class PackedDeviceQueue implements DeviceRing {
    private final PackedRing ring;
    private final RingBracket bracket;
    private final PackedChainReader reader;
    private final PackedPairs pairs;
    private final boolean eventIndex;

    /** Null unless chains are given back in order. */
    private final UsedOrder order;

    /** Position of the next chain to pop. */
    private int popped;

    /** Position behind the chains that have been given back. */
    private int pushed;

    /** Position of the next used descriptor to write: behind {@link #pushed} while a batch waits for its own. */
    private int elements;

    /** Position up to which the driver sees what is used. */
    private int published;

    /** The used position up to which {@link #interruptWanted()} has answered. */
    private int notified;

    /** Flags of the used descriptor at {@link #published}, to be written last. */
    private int firstFlags;

    /** What the driver has last been asked for; a ring begins with kicks. */
    private boolean kicksWanted = true;

    /** Opens a queue that goes on at a position, slot and wrap counter. */
    public PackedDeviceQueue(QueueAddresses addresses, long features, MemoryAccess access, int next) throws RingFault {
        this.ring = PackedRing.ofDevice(addresses, access);
        this.bracket = ring.bracket();
        this.reader = new PackedChainReader(ring, (features & RingFeatures.INDIRECT_DESC) != 0);
        this.pairs = new PackedPairs(ring);
        bracket.add(pairs);
        this.eventIndex = (features & RingFeatures.EVENT_IDX) != 0;
        this.order = (features & RingFeatures.IN_ORDER) != 0 ? new UsedOrder(ring.size()) : null;
        this.popped = ring.decode(next);
        this.pushed = popped;
        this.elements = popped;
        this.published = popped;
        this.notified = popped;
    }

    @Override
    public int size() {
        return ring.size();
    }

    @Override
    public boolean pop(Chain chain) throws RingFault {
        boolean entered = bracket.enter();
        try {
            return takeAny(chain);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public int serve(Chain chain, int limit, ChainServer server) throws RingFault {
        boolean entered = bracket.enter();
        try {
            if (order != null) {
                return DeviceRing.super.serve(chain, limit, server);
            }
            int served = 0;
            while (served < limit) {
                int done = servePairs(chain, limit - served, server);
                if (done == 0) {
                    if (!serveAny(chain, server)) {
                        break;
                    }
                    done = 1;
                }
                served += done;
            }
            return served;
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            chain.release();
            bracket.exit(entered);
        }
    }

    @Override
    public boolean available() throws RingFault {
        boolean entered = bracket.enter();
        try {
            return ring.isAvailable(ring.flags(popped), popped);
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public void push(Chain chain, int written) throws RingFault {
        boolean entered = bracket.enter();
        try {
            give(chain, written);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public void publish() throws RingFault {
        if (pushed == published) {
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
    public boolean interruptWanted() throws RingFault {
        if (notified == published) {
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
        if (published == pushed && notified == pushed) {
            return false;
        }
        boolean entered = bracket.enter();
        try {
            if (published != pushed) {
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
    public void suppressKicks() throws RingFault {
        kicksWanted = false;
        boolean entered = bracket.enter();
        try {
            ring.putDeviceEvent(popped, PackedLayout.EVENT_DISABLE);
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public boolean enableKicks() throws RingFault {
        kicksWanted = true;
        boolean entered = bracket.enter();
        try {
            ring.putDeviceEvent(popped, eventIndex ? PackedLayout.EVENT_DESCRIPTOR : PackedLayout.EVENT_ENABLE);
            // The wish must be visible before the flags are read: otherwise a chain could come with neither kick nor
            // notice.
            VarHandle.fullFence();
            return ring.isAvailable(ring.flags(popped), popped);
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public QueueState state() {
        if (popped != published) {
            throw new IllegalStateException("the device holds chains");
        }
        return new QueueState(true, ring.size(), ring.encode(popped));
    }

    @Override
    public QueueProgress progress() {
        // In this order, because another thread moves them on.
        int used = published;
        int taken = popped;
        int next = ring.encode(taken);
        int inFlight = Math.min(ring.distance(taken, used), ring.size());
        return new QueueProgress(true, next, next, ring.encode(used), inFlight, kicksWanted);
    }

    /** Shows the driver what has been pushed. */
    private void show() throws AccessFault {
        if (elements != pushed) {
            putElement(order.id(), order.written());
        }
        ring.publishFlags(published, firstFlags);
        published = pushed;
    }

    /** Whether the driver wants to hear of what has been published since it was asked last. */
    private boolean ask() throws AccessFault {
        int before = notified;
        int now = published;
        notified = now;
        // The flags must be visible before the driver's wish is read: a driver that changes its mind looks at the ring
        // once more.
        VarHandle.fullFence();
        return ring.wanted(ring.driverEvent(), eventIndex, now, before);
    }

    /** Serves chains of the usual kind where they lie, which is where their used descriptors belong; returns how many. */
    private int servePairs(Chain chain, int limit, ChainServer server) {
        if (pushed != popped) {
            return 0;
        }
        boolean first = pushed == published;
        int done = pairs.serve(popped, Math.min(limit, room() / PackedPairs.PAIR), first, chain, server);
        if (first) {
            firstFlags = pairs.firstFlags();
        }
        popped = ring.advance(popped, PackedPairs.PAIR * done);
        pushed = popped;
        elements = popped;
        return done;
    }

    /** Serves a chain of any kind, if one is available; returns whether it is. */
    private boolean serveAny(Chain chain, ChainServer server) throws RingFault, AccessFault {
        if (!takeAny(chain)) {
            return false;
        }
        put(chain, server.serve(chain));
        return true;
    }

    /** Takes a chain of any kind, if one is available; returns whether it is. */
    private boolean takeAny(Chain chain) throws RingFault {
        try {
            int flags = ring.flags(popped);
            if (!ring.isAvailable(flags, popped)) {
                return false;
            }
            int room = room();
            if (room == 0) {
                throw new RingFault(RingFault.Kind.INDEX_JUMP, ring.encode(popped));
            }
            reader.read(popped, flags, room, chain);
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        }
        if (order == null) {
            // The chains that come may be pairs near this one.
            pairs.follow(reader.first());
        } else {
            order.pop(chain.position());
        }
        popped = ring.advance(popped, chain.slots());
        return true;
    }

    /** Entries of the ring in which the driver may have made chains available. */
    private int room() {
        return ring.size() - ring.distance(popped, published);
    }

    private void give(Chain chain, int written) throws RingFault {
        try {
            if (order == null) {
                put(chain, written);
            } else {
                check(chain, written);
                order.push(chain, written);
                takeServed();
            }
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        }
    }

    private void put(Chain chain, int written) throws AccessFault {
        check(chain, written);
        pushed = ring.advance(pushed, chain.slots());
        putElement(chain.id(), written);
    }

    /** Takes the chains for which no earlier one is waited any more. */
    private void takeServed() throws AccessFault {
        while (pushed != popped && order.isPushed(ring.slot(pushed))) {
            boolean ends = order.take(ring.slot(pushed));
            pushed = ring.advance(pushed, order.slots());
            if (ends) {
                putElement(order.id(), order.written());
            }
        }
    }

    /** Writes the used descriptor of the chains before {@link #pushed} that have none; the first does not show yet. */
    private void putElement(int id, int written) throws AccessFault {
        int flags = ring.usedMark(elements) | (written == 0 ? 0 : PackedLayout.FLAG_WRITE);
        if (elements == published) {
            firstFlags = flags;
            flags = ring.availableMark(elements);
        }
        ring.putTail(elements, written, id, flags);
        elements = pushed;
    }

    private void check(Chain chain, int written) {
        Pairs.checkWritten(chain, written);
        if (ring.distance(popped, pushed) < chain.slots()) {
            throw new IllegalStateException("no popped chain waits to be pushed");
        }
    }
}
