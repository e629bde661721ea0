// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.Virtqueues;

/** A driver for {@link EchoType} that can also break every rule. */
final class EchoDriver implements DeviceInterrupts {
    static final long BASE = 0x4000_0000L;
    static final int MEMORY_SIZE = 1 << 20;
    static final int QUEUE_SIZE = 8;

    static final int READY =
            DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK | DeviceStatus.DRIVER_OK;

    private static final long QUEUE_STRIDE = 0x4000;
    private static final long BUFFERS = BASE + 0x80000;
    private static final int BUFFER_SIZE = 64;

    final AtomicInteger configInterrupts = new AtomicInteger();
    final AtomicIntegerArray queueInterrupts = new AtomicIntegerArray(2);
    volatile Runnable onInterrupt = () -> {};
    final GuestMemory memory = guestMemory();
    final MemoryAccess access = memory.open();
    final VirtioDevice device;
    final DriverTransport transport;
    final DriverQueue[] queues = new DriverQueue[2];

    EchoDriver(EchoType type) {
        this(type, false);
    }

    EchoDriver(EchoType type, boolean translates) {
        device = new VirtioDevice("test/echo", type, platform(memory, translates));
        transport = new InProcessTransport(device);
        transport.connect(this);
    }

    private static GuestMemory guestMemory() {
        GuestMemory memory = new GuestMemory();
        ByteBuffer window = ByteBuffer.allocateDirect(MEMORY_SIZE);
        memory.replace(List.of(new MemoryRegion(BASE, BASE + MEMORY_SIZE - 1, true, List.of(window))));
        return memory;
    }

    static MemoryPlatform platform(GuestMemory memory, boolean translates) {
        return new MemoryPlatform() {
            @Override
            public MemoryAccess open() {
                return memory.open();
            }

            @Override
            public boolean translates() {
                return translates;
            }
        };
    }

    @Override
    public void queue(int queue) {
        queueInterrupts.incrementAndGet(queue);
        onInterrupt.run();
    }

    @Override
    public void config() {
        configInterrupts.incrementAndGet();
    }

    /** Everything up to FEATURES_OK. */
    EchoDriver negotiate(long features) {
        transport.setStatus(0);
        transport.setStatus(DeviceStatus.ACKNOWLEDGE);
        transport.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
        transport.acceptFeatures(features);
        transport.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK);
        return this;
    }

    EchoDriver negotiate() {
        return negotiate(transport.offeredFeatures());
    }

    boolean featuresOk() {
        return (transport.status() & DeviceStatus.FEATURES_OK) != 0;
    }

    boolean needsReset() {
        return (transport.status() & DeviceStatus.NEEDS_RESET) != 0;
    }

    static QueueAddresses addresses(int queue) {
        long base = BASE + queue * QUEUE_STRIDE;
        return new QueueAddresses(QUEUE_SIZE, base, base + 0x1000, base + 0x2000);
    }

    /** Sets both queues up, on zeroed memory. */
    EchoDriver setUpQueues() {
        for (int i = 0; i < queues.length; i++) {
            setUpQueue(i);
        }
        return this;
    }

    /** Zeroes a queue's memory and begins the driver's side of it anew. */
    void clear(int queue, long features) {
        try {
            access.write(BASE + queue * QUEUE_STRIDE, ByteBuffer.allocate((int) QUEUE_STRIDE));
            queues[queue] = Virtqueues.openDriver(addresses(queue), features, access);
        } catch (AccessFault | RingFault e) {
            throw new AssertionError(e);
        }
    }

    void setUpQueue(int queue) {
        clear(queue, device.driverFeatures());
        if (!transport.enableQueue(queue, addresses(queue))) {
            throw new AssertionError("queue " + queue + " is not enabled");
        }
    }

    EchoDriver driverOk() {
        transport.setStatus(READY);
        return this;
    }

    /** A working device, from scratch. */
    EchoDriver start() {
        return negotiate().setUpQueues().driverOk();
    }

    /** Makes one buffer available without a kick. */
    void add(int queue, int value) {
        try {
            long at = BUFFERS + (long) queue * QUEUE_SIZE * BUFFER_SIZE;
            access.putInt(at, value);
            access.putInt(at + 8, 0);
            if (queues[queue].add(new long[] {at, 4, at + 8, 4}, 1) < 0) {
                throw new AssertionError("queue is full");
            }
            queues[queue].publish();
        } catch (AccessFault | RingFault e) {
            throw new AssertionError(e);
        }
    }

    /** Takes one answer back, or -1 if there is none. */
    int poll(int queue) {
        try {
            if (queues[queue].poll() < 0) {
                return -1;
            }
            return access.getInt(BUFFERS + (long) queue * QUEUE_SIZE * BUFFER_SIZE + 8);
        } catch (AccessFault | RingFault e) {
            throw new AssertionError(e);
        }
    }

    /** Sends one buffer and waits for the answer. */
    int echo(int queue, int value) {
        add(queue, value);
        transport.kick(queue);
        int[] answer = {-1};
        Await.until("an answer", () -> (answer[0] = poll(queue)) != -1);
        return answer[0];
    }
}
