// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.ChainServer;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.RingFault;

/**
 * The device at work for one driver. The session's thread is the writer while it serves requests.
 *
 * <p>Requests are served in batches. Before a batch is published all accesses have ended that use what the batch has
 * taken away, and between two batches the thread does what others have asked of the writer.
 */
final class IommuSession implements DeviceSession {
    private static final int BATCH = 256;

    /** A driver that never stops sending must not keep the thread from the other queue and from a reset. */
    private static final int MAX_BATCHES = 64;

    private final DeviceActivation activation;
    private final SingleWriter writer;
    private final AddressSpaces spaces;
    private final ChainServer dispatcher;
    private final Faults faults;
    private final Runnable onEnd;
    private final MemoryAccess memory;
    private final DeviceQueue requests;
    private final DeviceQueue events;
    private final Chain request = new Chain();
    private final Chain event = new Chain();

    /**
     * Opens the queues.
     *
     * @param activation what the driver has negotiated and set up
     * @param writer which the session's thread is while it serves requests
     * @param spaces that requests change
     * @param dispatcher for requests
     * @param faults to be delivered
     * @param onEnd called when the session is closed
     * @throws RingFault if a queue cannot be used
     */
    IommuSession(
            DeviceActivation activation,
            SingleWriter writer,
            AddressSpaces spaces,
            ChainServer dispatcher,
            Faults faults,
            Runnable onEnd)
            throws RingFault {
        this.activation = activation;
        this.writer = writer;
        this.spaces = spaces;
        this.dispatcher = dispatcher;
        this.faults = faults;
        this.onEnd = onEnd;
        memory = activation.openMemory();
        try {
            requests = activation.openQueue(IommuQueues.REQUEST, memory);
            events = activation.openQueue(IommuQueues.EVENT, memory);
        } catch (RingFault e) {
            memory.close();
            throw e;
        }
        faults.connect(() -> activation.wake(IommuQueues.EVENT));
    }

    @Override
    public void serve(int queue) throws RingFault {
        if (queue == IommuQueues.EVENT) {
            serveEvents();
            return;
        }
        writer.begin();
        try {
            serveRequests();
        } finally {
            writer.end();
        }
    }

    @Override
    public void close() {
        faults.disconnect();
        writer.submit(spaces::end);
        memory.close();
        onEnd.run();
    }

    private void serveRequests() throws RingFault {
        if (requests == null) {
            return;
        }
        requests.suppressKicks();
        for (int round = 0; round < MAX_BATCHES; round++) {
            if (!serveBatch() && !requests.enableKicks()) {
                return;
            }
            writer.runTasks();
            spaces.throttle();
        }
        activation.wake(IommuQueues.REQUEST);
    }

    /** Serves what is available, up to a limit; returns whether that was anything. */
    private boolean serveBatch() throws RingFault {
        int served = requests.serve(request, BATCH, dispatcher);
        if (served == 0) {
            return false;
        }
        spaces.settle();
        spaces.ledger().commit();
        if (requests.flush()) {
            activation.interrupt(IommuQueues.REQUEST);
        }
        return true;
    }

    private void serveEvents() throws RingFault {
        if (events == null) {
            faults.discard();
            return;
        }
        boolean starving;
        do {
            starving = faults.deliver(events, event);
            if (events.interruptWanted()) {
                activation.interrupt(IommuQueues.EVENT);
            }
        } while (starving && events.enableKicks());
        if (!starving) {
            events.suppressKicks();
        }
    }
}
