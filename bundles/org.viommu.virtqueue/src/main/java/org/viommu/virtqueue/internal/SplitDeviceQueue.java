// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue.internal;

import java.lang.invoke.VarHandle;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainServer;
import org.viommu.virtqueue.DeviceRing;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.QueueProgress;
import org.viommu.virtqueue.QueueState;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;
import org.viommu.virtqueue.SplitLayout;

/**
 * The device's side of a split ring (virtio 1.4, 2.7). Its own indices are never read back from memory that the driver
 * can write.
 */
public final class SplitDeviceQueue implements DeviceRing {
    private final SplitRing ring;
    private final RingBracket bracket;
    private final SplitChainReader reader;
    private final SplitPairs pairs;
    private final boolean eventIndex;

    /** Null unless chains are given back in order. */
    private final UsedOrder order;

    /** Index of the next head to pop. */
    private int popped;

    /** The driver's index when it was read last. */
    private int available;

    /** Index of the next chain to give back. */
    private int pushed;

    /** Index of the next used element to write: behind {@link #pushed} while a batch waits for its element. */
    private int elements;

    /** The used index that the driver sees. */
    private int published;

    /** The used index up to which {@link #interruptWanted()} has answered. */
    private int notified;

    /** What the driver has last been asked for; a ring begins with kicks. */
    private boolean kicksWanted = true;

    /** Opens a queue that goes on at an index. */
    public SplitDeviceQueue(QueueAddresses addresses, long features, MemoryAccess access, int next) throws RingFault {
        this.ring = SplitRing.ofDevice(addresses, access);
        this.bracket = ring.bracket();
        this.reader = new SplitChainReader(ring, (features & RingFeatures.INDIRECT_DESC) != 0);
        this.pairs = new SplitPairs(ring);
        bracket.add(pairs);
        this.eventIndex = (features & RingFeatures.EVENT_IDX) != 0;
        this.order = (features & RingFeatures.IN_ORDER) != 0 ? new UsedOrder(ring.size()) : null;
        this.popped = next;
        this.available = next;
        this.pushed = next;
        this.elements = next;
        this.published = next;
        this.notified = next;
    }

    @Override
    public int size() {
        return ring.size();
    }

    @Override
    public boolean pop(Chain chain) throws RingFault {
        boolean entered = bracket.enter();
        try {
            if (popped == available && !look()) {
                return false;
            }
            takeAny(chain);
            return true;
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
        } finally {
            bracket.exit(entered);
        }
    }

    @Override
    public void push(Chain chain, int written) throws RingFault {
        Pairs.checkWritten(chain, written);
        if (pushed == popped) {
            throw notPopped();
        }
        boolean entered = bracket.enter();
        try {
            if (order == null) {
                put(chain, written);
            } else {
                order.push(chain, written);
                takeServed();
            }
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
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
            if (popped == available && !look()) {
                return 0;
            }
            int ready = Math.min(limit, SplitRing.distance(available, popped));
            int served = 0;
            while (served < ready) {
                int done = pairs.serve(popped, pushed, ready - served, chain, server);
                popped = SplitRing.advance(popped, done);
                pushed = SplitRing.advance(pushed, done);
                elements = pushed;
                served += done;
                if (served < ready) {
                    serveAny(chain, server);
                    served++;
                }
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
        if (popped != available) {
            return true;
        }
        boolean entered = bracket.enter();
        try {
            return look();
        } catch (AccessFault fault) {
            throw Areas.outside(fault);
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
            if (eventIndex) {
                // As far away as can be. The index before this one would be too near: a driver that has just made the
                // chain there available may look at the event only now, and would kick for what is served already.
                ring.putAvailableEvent(SplitRing.opposite(popped));
            } else {
                ring.putUsedFlags(SplitLayout.USED_NO_NOTIFY);
            }
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
            if (eventIndex) {
                ring.putAvailableEvent(popped);
            } else {
                ring.putUsedFlags(0);
            }
            // The wish must be visible before the index is read: otherwise a chain could come with neither kick nor
            // notice.
            VarHandle.fullFence();
            return look();
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
        return new QueueState(false, ring.size(), popped);
    }

    @Override
    public QueueProgress progress() {
        // In this order, because another thread moves them on: none is ahead of the one that is read after it.
        int used = published;
        int taken = popped;
        int inFlight = Math.min(SplitRing.distance(taken, used), ring.size());
        return new QueueProgress(false, available, taken, used, inFlight, kicksWanted);
    }

    /** Shows the driver what has been pushed. */
    private void show() throws AccessFault {
        if (elements != pushed) {
            putElement(order.id(), order.written());
        }
        ring.publishUsedIndex(pushed);
        published = pushed;
    }

    /** Whether the driver wants to hear of what has been published since it was asked last. */
    private boolean ask() throws AccessFault {
        int before = notified;
        int now = published;
        notified = now;
        // The index must be visible before the driver's wish is read: a driver that changes its mind looks at the index
        // once more.
        VarHandle.fullFence();
        return eventIndex
                ? SplitRing.crossed(ring.usedEvent(), now, before)
                : (ring.availableFlags() & SplitLayout.AVAILABLE_NO_INTERRUPT) == 0;
    }

    /** Serves an available chain of any kind. */
    private void serveAny(Chain chain, ChainServer server) throws RingFault, AccessFault {
        takeAny(chain);
        int written = server.serve(chain);
        Pairs.checkWritten(chain, written);
        put(chain, written);
    }

    private void put(Chain chain, int written) throws AccessFault {
        ring.putUsedElement(pushed, chain.id(), written);
        pushed = SplitRing.after(pushed);
        elements = pushed;
    }

    /** Takes an available chain of any kind. */
    private void takeAny(Chain chain) throws RingFault, AccessFault {
        reader.read(ring.head(popped), chain);
        if (order == null) {
            // The chains that come may be pairs near this one.
            pairs.follow(reader.first());
        } else {
            chain.identify(chain.id(), ring.slot(popped), 1);
            order.pop(chain.position());
        }
        popped = SplitRing.after(popped);
    }

    /** Takes the chains for which no earlier one is waited any more. */
    private void takeServed() throws AccessFault {
        while (pushed != popped && order.isPushed(ring.slot(pushed))) {
            boolean ends = order.take(ring.slot(pushed));
            pushed = SplitRing.after(pushed);
            if (ends) {
                putElement(order.id(), order.written());
            }
        }
    }

    /** Writes the used element of the chains before {@link #pushed} that have none. */
    private void putElement(int id, int written) throws AccessFault {
        ring.putUsedElement(elements, id, written);
        elements = pushed;
    }

    /** Reads the driver's index; returns whether a chain is available. */
    private boolean look() throws RingFault, AccessFault {
        int index = ring.availableIndex();
        int fresh = SplitRing.distance(index, popped);
        // Each outstanding chain takes at least one descriptor, and what has been popped stays available.
        if (fresh > ring.size() - SplitRing.distance(popped, published)) {
            throw new RingFault(RingFault.Kind.INDEX_JUMP, index);
        }
        available = index;
        return fresh != 0;
    }

    private static IllegalStateException notPopped() {
        return new IllegalStateException("no popped chain waits to be pushed");
    }
}
