// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.Virtqueues;

/**
 * A driver that keeps both queues of an {@link EchoType} full of numbered requests, over any transport, while the device
 * behind it may become another one. It fails if a request is answered wrongly, twice or never.
 */
public final class EchoTraffic {
    private static final long BASE = 0x4000_0000L;
    private static final int MEMORY_SIZE = 1 << 20;
    private static final long QUEUE_STRIDE = 0x4000;
    private static final int QUEUE_SIZE = 8;
    private static final int QUEUES = 2;
    private static final long BUFFERS = BASE + 0x80000;
    private static final int BUFFER_SIZE = 32;
    private static final int ANSWER = 16;

    private final GuestMemory memory = new GuestMemory();
    private final MemoryAccess access = memory.open();
    private final Random random;
    private final DriverQueue[] queues = new DriverQueue[QUEUES];
    private final long[][] bufferOf = new long[QUEUES][QUEUE_SIZE];
    private final Deque<Long> freeBuffers = new ArrayDeque<>();
    private long sent;
    private long answered;

    /**
     * Begins with empty memory.
     *
     * @param seed of what is random
     */
    public EchoTraffic(long seed) {
        random = new Random(seed);
        ByteBuffer window = ByteBuffer.allocateDirect(MEMORY_SIZE);
        memory.replace(List.of(new MemoryRegion(BASE, BASE + MEMORY_SIZE - 1, true, List.of(window))));
        for (int i = 0; i < QUEUES * QUEUE_SIZE; i++) {
            freeBuffers.add(BUFFERS + (long) i * BUFFER_SIZE);
        }
    }

    /** The guest's memory, which outlives devices. */
    public GuestMemory memory() {
        return memory;
    }

    /** The way of a device to it. */
    public MemoryPlatform platform() {
        return new MemoryPlatform() {
            @Override
            public MemoryAccess open() {
                return memory.open();
            }

            @Override
            public boolean translates() {
                return false;
            }
        };
    }

    /** Initialises the device in the order of the standard. */
    public void start(DriverTransport transport, long features) throws RingFault {
        transport.setStatus(0);
        transport.setStatus(DeviceStatus.ACKNOWLEDGE);
        transport.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
        transport.acceptFeatures(features);
        int agreed = DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK;
        transport.setStatus(agreed);
        if (transport.status() != agreed) {
            throw new AssertionError("features 0x%x are refused".formatted(features));
        }
        for (int i = 0; i < QUEUES; i++) {
            long at = BASE + i * QUEUE_STRIDE;
            QueueAddresses addresses = new QueueAddresses(QUEUE_SIZE, at, at + 0x1000, at + 0x2000);
            queues[i] = Virtqueues.openDriver(addresses, features, access);
            if (!transport.enableQueue(i, addresses)) {
                throw new AssertionError("queue " + i + " is not enabled");
            }
        }
        transport.setStatus(agreed | DeviceStatus.DRIVER_OK);
    }

    /** Sends some requests on each queue, and takes some answers. */
    public void step(DriverTransport transport) throws RingFault, AccessFault {
        for (int queue = 0; queue < QUEUES; queue++) {
            for (int i = random.nextInt(QUEUE_SIZE); i > 0 && queues[queue].free() >= 2; i--) {
                long buffer = freeBuffers.remove();
                access.putLong(buffer, sent++);
                access.putLong(buffer + ANSWER, -1);
                int id = queues[queue].add(new long[] {buffer, Long.BYTES, buffer + ANSWER, Long.BYTES}, 1);
                bufferOf[queue][id] = buffer;
            }
            queues[queue].publish();
            if (queues[queue].kickWanted()) {
                transport.kick(queue);
            }
            for (int i = random.nextInt(QUEUE_SIZE); i > 0 && take(queue); i--) {
                // A driver that is slow at times leaves the rest for later.
            }
        }
    }

    /** Waits until each request is answered. */
    public void drain() {
        Await.until("the answers to all requests", () -> {
            try {
                for (int queue = 0; queue < QUEUES; queue++) {
                    while (take(queue)) {
                        // The next one.
                    }
                }
            } catch (RingFault | AccessFault e) {
                throw new AssertionError(e);
            }
            return answered == sent;
        });
    }

    /** Requests until now. */
    public long sent() {
        return sent;
    }

    private boolean take(int queue) throws RingFault, AccessFault {
        int id = queues[queue].poll();
        if (id < 0) {
            return false;
        }
        long buffer = bufferOf[queue][id];
        bufferOf[queue][id] = 0;
        if (buffer == 0 || access.getLong(buffer) != access.getLong(buffer + ANSWER)) {
            throw new AssertionError("request %d of queue %d came back with a wrong answer".formatted(id, queue));
        }
        freeBuffers.add(buffer);
        answered++;
        return true;
    }
}
