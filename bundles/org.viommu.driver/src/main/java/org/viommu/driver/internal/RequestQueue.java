// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverException.Reason;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DeviceInterrupts;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.RingFault;

/**
 * Requests on their way to the device and back. Each takes two descriptors: what the device reads, and what it writes.
 *
 * <p>Confined to the driver's user, but for {@link #wake()}.
 */
public final class RequestQueue {
    /** Most entries of the ring. */
    static final int MAX_SIZE = 256;

    private static final int DESCRIPTORS = 2;

    /** Address and length of what the device reads, and of what it writes. */
    private static final int PART_VALUES = 4;

    /** Bytes of a slot: any request but PROBE, and its tail. */
    private static final int SLOT_SIZE = 64;

    private static final int SLOT_TAIL = 48;

    /** How often to look before sleeping: an answer of a device at work comes sooner than an interrupt would. */
    private static final int SPINS = 2_000;

    private static final long NAP_NANOS = 10_000_000;

    private final DriverTransport transport;
    private final MemoryAccess memory;
    private final DriverQueue queue;
    private final Duration timeout;
    private final long slots;

    private final int[] free;
    private int freeCount;

    /** Requests that go onto the ring together when they are sent: their slots and parts. */
    private final int[] pending;

    private final long[] parts;
    private int pendingCount;

    /** The slot of each chain that the device has. */
    private final int[] slotOf;

    /** Chains that are added or come back together, and what the device has written into each. */
    private final int[] chains;

    private final long[] lengths;

    private final RequestStatus[][] answers;
    private final int[] answerIndex;
    private final long[] statusAddress;
    private final long[] statusOffset;

    private volatile Thread waiter;
    private DriverException failure;

    RequestQueue(
            DriverTransport transport, MemoryAccess memory, DriverQueue queue, MemoryCarver carver, Duration timeout)
            throws RingFault {
        this.transport = transport;
        this.memory = memory;
        this.queue = queue;
        this.timeout = timeout;
        int count = queue.size() / DESCRIPTORS;
        slots = carver.take((long) count * SLOT_SIZE, Long.BYTES);
        free = new int[count];
        pending = new int[count];
        parts = new long[PART_VALUES * count];
        slotOf = new int[queue.size()];
        chains = new int[count];
        lengths = new long[count];
        answers = new RequestStatus[count][];
        answerIndex = new int[count];
        statusAddress = new long[count];
        statusOffset = new long[count];
        for (; freeCount < count; freeCount++) {
            free[freeCount] = freeCount;
        }
        queue.suppressInterrupts();
    }

    /** The driver's way to memory. */
    MemoryAccess memory() {
        return memory;
    }

    /**
     * Finds room for a request, waiting for an earlier one if need be.
     *
     * @return address of the room, which is that of the request's device-readable part
     * @throws DriverException if the device cannot be driven any more
     */
    long begin() throws DriverException {
        if (failure != null) {
            throw failure;
        }
        if (freeCount == 0) {
            send();
            awaitFree(1);
        }
        return slots + (long) free[freeCount - 1] * SLOT_SIZE;
    }

    /**
     * Has the request that {@link #begin()} made room for sent with the next ones.
     *
     * @param readable bytes that the device reads
     * @param target where its status goes
     * @param index in {@code target}
     */
    void submit(int readable, RequestStatus[] target, int index) {
        long request = slots + (long) free[freeCount - 1] * SLOT_SIZE;
        submit(request, readable, request + SLOT_TAIL, 0, target, index);
    }

    /**
     * Has a request sent whose parts lie elsewhere, in a slot that {@link #begin()} has found.
     *
     * @param answer address of the device-writable part
     * @param tail offset of the request's tail in it
     */
    void submit(long request, int readable, long answer, long tail, RequestStatus[] target, int index) {
        int slot = free[--freeCount];
        target[index] = null;
        answers[slot] = target;
        answerIndex[slot] = index;
        statusAddress[slot] = answer + tail + RequestLayout.STATUS;
        statusOffset[slot] = tail + RequestLayout.STATUS;
        int part = PART_VALUES * pendingCount;
        parts[part] = request;
        parts[part + 1] = readable;
        parts[part + 2] = answer;
        parts[part + 3] = tail + RequestLayout.TAIL_SIZE;
        pending[pendingCount++] = slot;
    }

    /**
     * Sends all requests and waits for their answers.
     *
     * @throws DriverException if the device cannot be driven any more
     */
    public void flush() throws DriverException {
        if (failure != null) {
            throw failure;
        }
        send();
        awaitFree(free.length);
    }

    private void send() throws DriverException {
        try {
            // There are twice as many descriptors as slots.
            int added = queue.addPairs(parts, pendingCount, chains);
            for (int i = 0; i < added; i++) {
                slotOf[chains[i]] = pending[i];
            }
            pendingCount = 0;
            if (queue.flush()) {
                transport.kick(IommuQueues.REQUEST);
            }
        } catch (RingFault fault) {
            throw fail(new DriverException(Reason.RING, "request queue is broken", fault));
        }
    }

    private void awaitFree(int wanted) throws DriverException {
        try {
            for (int spin = 0; spin < SPINS; spin++) {
                reap();
                if (freeCount >= wanted) {
                    return;
                }
                Thread.onSpinWait();
            }
            sleepUntilFree(wanted);
        } catch (RingFault fault) {
            throw fail(new DriverException(Reason.RING, "request queue is broken", fault));
        } catch (AccessFault fault) {
            throw fail(new DriverException(Reason.MEMORY, "driver memory cannot be read", fault));
        }
    }

    /** The device has the whole time-out for each answer. */
    private void sleepUntilFree(int wanted) throws DriverException, RingFault, AccessFault {
        waiter = Thread.currentThread();
        long since = System.nanoTime();
        while (freeCount < wanted) {
            if (!queue.enableInterrupts()) {
                LockSupport.parkNanos(this, NAP_NANOS);
            }
            queue.suppressInterrupts();
            if (reap()) {
                since = System.nanoTime();
            } else if ((transport.status() & DeviceStatus.NEEDS_RESET) != 0) {
                throw fail(new DriverException(Reason.NEEDS_RESET, "device needs a reset"));
            } else if (System.nanoTime() - since > timeout.toNanos()) {
                throw fail(new DriverException(Reason.TIMEOUT, "device did not answer a request within " + timeout));
            }
        }
        waiter = null;
    }

    /** Takes all answers that are there; false if there are none. */
    private boolean reap() throws RingFault, AccessFault {
        boolean some = false;
        for (int count = queue.poll(chains, lengths); count > 0; count = queue.poll(chains, lengths)) {
            for (int i = 0; i < count; i++) {
                int slot = slotOf[chains[i]];
                answers[slot][answerIndex[slot]] = status(slot, lengths[i]);
                free[freeCount++] = slot;
            }
            some = true;
        }
        return some;
    }

    /** A status that the device did not say to have written, or that the standard does not have, is a failure. */
    private RequestStatus status(int slot, long written) throws AccessFault {
        RequestStatus status = written > statusOffset[slot]
                ? RequestStatus.of(Byte.toUnsignedInt(memory.getByte(statusAddress[slot])))
                : null;
        return status != null ? status : RequestStatus.IOERR;
    }

    /** The device's interrupt. */
    void wake() {
        LockSupport.unpark(waiter);
    }

    /** Resets the device and ends the queue. Idempotent. */
    public void close() {
        if (failure == null || failure.reason() != Reason.CLOSED) {
            fail(new DriverException(Reason.CLOSED, "driver is closed"));
            try {
                Negotiation.reset(transport, timeout);
            } catch (DriverException stuck) {
                Negotiation.fail(transport);
            }
            transport.connect(DeviceInterrupts.NONE);
            memory.close();
        }
    }

    /** Buffers may still belong to the device: only a reset makes them the driver's again. */
    private DriverException fail(DriverException cause) {
        failure = cause;
        return cause;
    }
}
