// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.driver.FaultReport;
import org.viommu.driver.IommuDriver;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.iommu.FaultFlags;
import org.viommu.virtio.iommu.FaultLayout;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.RingFault;

/** Takes fault reports from the event queue, on a thread of its own. Its buffers go back to the device at once. */
public final class EventQueue {
    /** Most entries of the ring, and so of the reports that can wait. */
    static final int MAX_SIZE = 64;

    private static final Logger LOG = LoggerFactory.getLogger(IommuDriver.class);

    private static final int DEFINED_FLAGS = FaultFlags.READ | FaultFlags.WRITE | FaultFlags.ADDRESS;

    private static final int BYTE_MASK = 0xff;

    private final DriverTransport transport;
    private final MemoryAccess memory;
    private final DriverQueue queue;
    private final Consumer<FaultReport> listener;
    private final long[] bufferOf;
    private final long[] piece = {0, FaultLayout.SIZE};
    private final Thread thread;

    private volatile long dropped;
    private volatile boolean closed;

    /** Beside the thread's permit, which a memory access that parks would use up. */
    private volatile boolean woken;

    /** Fills the queue with buffers; the device finds them when it begins to work, without a kick. */
    EventQueue(
            DriverTransport transport,
            MemoryAccess memory,
            DriverQueue queue,
            MemoryCarver carver,
            Consumer<FaultReport> listener)
            throws RingFault {
        this.transport = transport;
        this.memory = memory;
        this.queue = queue;
        this.listener = listener;
        this.bufferOf = new long[queue.size()];
        for (int i = 0; i < queue.size(); i++) {
            add(carver.take(FaultLayout.SIZE, Long.BYTES));
        }
        queue.publish();
        thread = new Thread(this::run, "viommu-driver-events");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** The device's interrupt. */
    void wake() {
        woken = true;
        LockSupport.unpark(thread);
    }

    /**
     * Reports that were too short or of an unknown form.
     *
     * @return how many
     */
    public long dropped() {
        return dropped;
    }

    /** Ends the thread, which delivers what has arrived before. The device has been reset. Idempotent. */
    public void close() {
        closed = true;
        wake();
        boolean interrupted = false;
        while (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (memory) {
            while (!closed) {
                woken = false;
                drain();
                boolean waiting = queue.enableInterrupts();
                while (!waiting && !woken && !closed) {
                    LockSupport.park(this);
                }
            }
            drain();
        } catch (RingFault | AccessFault fault) {
            if (!closed) {
                LOG.warn("no more fault reports: event queue is broken: {}", fault.getMessage());
            }
        }
    }

    private void drain() throws RingFault, AccessFault {
        for (int chain = queue.poll(); chain >= 0; chain = queue.poll()) {
            FaultReport report = read(bufferOf[chain], queue.usedLength());
            add(bufferOf[chain]);
            queue.publish();
            if (queue.kickWanted()) {
                transport.kick(IommuQueues.EVENT);
            }
            deliver(report);
        }
    }

    private void add(long buffer) throws RingFault {
        piece[0] = buffer;
        bufferOf[queue.add(piece, 0)] = buffer;
    }

    /** Reads a report; null for one that must be dropped. */
    private FaultReport read(long at, long written) throws AccessFault {
        if (written < FaultLayout.SIZE) {
            return null;
        }
        int head = memory.getInt(at + FaultLayout.REASON);
        if ((head & ~BYTE_MASK) != 0) {
            return null;
        }
        return new FaultReport(
                FaultReason.of(head & BYTE_MASK),
                memory.getInt(at + FaultLayout.FLAGS) & DEFINED_FLAGS,
                memory.getInt(at + FaultLayout.ENDPOINT),
                memory.getLong(at + FaultLayout.ADDRESS));
    }

    private void deliver(FaultReport report) {
        if (report == null) {
            dropped++;
            return;
        }
        try {
            listener.accept(report);
        } catch (RuntimeException e) {
            LOG.warn("listener failed on {}: {}", report, e.toString());
        }
    }
}
