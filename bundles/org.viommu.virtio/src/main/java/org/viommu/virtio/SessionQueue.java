// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import org.viommu.memory.MemoryAccess;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainServer;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.DeviceRing;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.QueueProgress;
import org.viommu.virtqueue.QueueState;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.Virtqueues;

/**
 * A queue as a session has it: the same object for as long as the session lasts, before one ring after the other if the
 * driver resets the queue (virtio 1.4, 2.6.1).
 *
 * <p>It seems empty while it has no ring, and as soon as its device is to rest, so that a driver which never stops
 * filling it cannot keep the device from a reset.
 *
 * <p>Confined to the device's thread, but for {@link #enable} and {@link #enabled()}, and for {@link #disable()}, which
 * is called while that thread rests.
 */
final class SessionQueue implements DeviceQueue {
    private final int index;
    private final long features;
    private final DeviceThread thread;
    private final ChainCounters chains;

    /** What the driver has enabled, null from a reset of the queue on. */
    private volatile QueueAddresses addresses;

    private MemoryAccess memory;

    /** Null before the session opens the queue, and from a reset of the queue on until it is served again. */
    private DeviceRing ring;

    /** Where the next ring goes on, or null if it is a fresh one. */
    private QueueState position;

    private int size;
    private boolean reset;

    /** Whether a chain has been popped since {@link #takeWork()}. */
    private boolean worked;

    /** Whether the session waits for the next chain and the driver has not been asked to kick. */
    private boolean watched;

    SessionQueue(int index, QueueSetup setup, long features, DeviceThread thread, ChainCounters chains) {
        this.index = index;
        this.addresses = setup.addresses();
        this.position = setup.position();
        this.features = features;
        this.thread = thread;
        this.chains = chains;
        this.size = addresses == null ? setup.maxSize() : addresses.size();
    }

    void open(MemoryAccess access) throws RingFault {
        if (memory != null) {
            throw new IllegalStateException("a session can open a queue only once");
        }
        memory = access;
        attach();
    }

    /** The driver has set the queue up again after its reset; it is used from when it is served next. */
    void enable(QueueAddresses next) {
        addresses = next;
    }

    /** Nothing uses the ring any more. */
    void disable() {
        addresses = null;
        ring = null;
        position = null;
        watched = false;
        reset = true;
    }

    boolean enabled() {
        return addresses != null;
    }

    /** Whether the queue has been reset since the last call. */
    boolean takeReset() {
        boolean taken = reset;
        reset = false;
        return taken;
    }

    /** Takes a ring that has been enabled since the last one; returns whether the queue is enabled. */
    boolean attach() throws RingFault {
        QueueAddresses next = addresses;
        if (ring == null && next != null && memory != null) {
            ring = position == null
                    ? Virtqueues.openDevice(next, features, memory)
                    : Virtqueues.openDevice(next, features, memory, position);
            position = null;
            size = next.size();
        }
        return next != null;
    }

    /** Where the queue stands, or null if it has not been used; asked while the device's thread rests. */
    QueueState position() {
        return ring == null ? position : ring.state();
    }

    /** How far the queue has come, or null if it is not in use; asked by any thread. */
    QueueProgress progress() {
        DeviceRing current = ring;
        return current == null ? null : current.progress();
    }

    /** Whether a chain has been popped since the last call. */
    boolean takeWork() {
        boolean taken = worked;
        worked = false;
        return taken;
    }

    /** Whether something is in the queue for which the driver has not been asked to kick. */
    boolean look() throws RingFault {
        return watched && ring.available();
    }

    /** Has the driver kick if it has not been asked to; returns whether something is in the queue then. */
    boolean endWatch() throws RingFault {
        boolean ends = watched;
        watched = false;
        return ends && ring.enableKicks();
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean pop(Chain chain) throws RingFault {
        boolean popped = ring != null && !thread.halted() && ring.pop(chain);
        if (popped) {
            note(1);
        }
        return popped;
    }

    @Override
    public int serve(Chain chain, int limit, ChainServer server) throws RingFault {
        int served = ring == null || thread.halted() ? 0 : ring.serve(chain, limit, server);
        if (served > 0) {
            note(served);
        }
        return served;
    }

    private void note(int popped) {
        worked = true;
        chains.add(index, popped);
    }

    @Override
    public void push(Chain chain, int written) throws RingFault {
        if (ring != null) {
            ring.push(chain, written);
        }
    }

    @Override
    public void publish() throws RingFault {
        if (ring != null) {
            ring.publish();
        }
    }

    @Override
    public boolean interruptWanted() throws RingFault {
        return ring != null && ring.interruptWanted();
    }

    @Override
    public boolean flush() throws RingFault {
        return ring != null && ring.flush();
    }

    @Override
    public void suppressKicks() throws RingFault {
        if (ring != null) {
            ring.suppressKicks();
        }
    }

    @Override
    public boolean available() throws RingFault {
        return ring != null && !thread.halted() && ring.available();
    }

    /** As long as the thread watches the queue, it needs no kick. */
    @Override
    public boolean enableKicks() throws RingFault {
        if (ring == null) {
            return false;
        }
        // A kick that was sent before the driver learnt of the watch does not end it.
        watched = (worked || watched) && thread.watches();
        boolean available;
        if (watched) {
            ring.suppressKicks();
            available = ring.available();
        } else {
            available = ring.enableKicks();
        }
        // All queues are served once when the device goes on, so nothing is forgotten by answering "empty" here.
        return available && !thread.halted();
    }
}
