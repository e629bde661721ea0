// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtio.Await;
import org.viommu.virtio.DeviceInterrupts;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.EchoType;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.Virtqueues;

/** A board with memory, an echo device behind a window, and a driver for it. */
final class Board implements DeviceInterrupts {
    static final long VERSION_1 = 1L << 32;
    static final long NOTIFICATION_DATA = 1L << 38;
    static final long RING_RESET = 1L << 40;
    static final int READY = 0xf;

    private static final long BASE = 0x1_2000_0000L;
    private static final int SIZE = 1 << 18;
    private static final long QUEUE_STRIDE = 0x4000;
    private static final long BUFFERS = BASE + 0x20000;

    final EchoType type = EchoType.of(0, 64, 16);
    final GuestMemory memory = new GuestMemory();
    final MemoryAccess access = memory.open();
    final VirtioDevice device = new VirtioDevice("test/echo", type, platform(memory));
    final MmioWindow window = new MmioWindow(device);
    final DriverQueue[] queues = new DriverQueue[2];
    final AtomicIntegerArray queueInterrupts = new AtomicIntegerArray(2);
    final AtomicInteger configInterrupts = new AtomicInteger();
    volatile boolean line;

    Board() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(SIZE);
        memory.replace(List.of(new MemoryRegion(BASE, BASE + SIZE - 1, true, List.of(bytes))));
        window.connect(asserted -> line = asserted);
    }

    private static MemoryPlatform platform(GuestMemory memory) {
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

    @Override
    public void queue(int queue) {
        queueInterrupts.incrementAndGet(queue);
    }

    @Override
    public void config() {
        configInterrupts.incrementAndGet();
    }

    /** Takes the line away from the board's own counting. */
    MmioDriverTransport driver() {
        try {
            MmioDriverTransport driver = MmioDriverTransport.open(window);
            driver.connect(this);
            return driver;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    int get(int register) {
        return (int) window.read(register, 4);
    }

    void set(int register, int value) {
        window.write(register, 4, Integer.toUnsignedLong(value));
    }

    static QueueAddresses addresses(int queue) {
        long at = BASE + queue * QUEUE_STRIDE;
        return new QueueAddresses(8, at, at + 0x1000, at + 0x2000);
    }

    /** Initialises the device in the order of the standard, register by register. */
    Board start(long features) {
        set(0x070, 0);
        set(0x070, DeviceStatus.ACKNOWLEDGE);
        set(0x070, DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
        set(0x024, 0);
        set(0x020, (int) features);
        set(0x024, 1);
        set(0x020, (int) (features >>> 32));
        set(0x070, DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK);
        setUpQueue(0);
        setUpQueue(1);
        set(0x070, READY);
        return this;
    }

    void setUpQueue(int queue) {
        clear(queue);
        QueueAddresses addresses = addresses(queue);
        set(0x030, queue);
        set(0x038, addresses.size());
        set(0x080, (int) addresses.descriptorArea());
        set(0x084, (int) (addresses.descriptorArea() >>> 32));
        set(0x090, (int) addresses.driverArea());
        set(0x094, (int) (addresses.driverArea() >>> 32));
        set(0x0a0, (int) addresses.deviceArea());
        set(0x0a4, (int) (addresses.deviceArea() >>> 32));
        set(0x044, 1);
        if (get(0x044) != 1) {
            throw new AssertionError("queue " + queue + " is not ready");
        }
    }

    /** Zeroes a queue's memory and begins the driver's side of it anew. */
    void clear(int queue) {
        try {
            access.write(BASE + queue * QUEUE_STRIDE, ByteBuffer.allocate((int) QUEUE_STRIDE));
            queues[queue] = Virtqueues.openDriver(addresses(queue), VERSION_1, access);
        } catch (AccessFault | RingFault e) {
            throw new AssertionError(e);
        }
    }

    /** Makes one buffer available without a kick. */
    void add(int queue, int value) {
        long at = BUFFERS + queue * 64L;
        try {
            access.putInt(at, value);
            access.putInt(at + 8, 0);
            queues[queue].add(new long[] {at, 4, at + 8, 4}, 1);
            queues[queue].publish();
        } catch (AccessFault | RingFault e) {
            throw new AssertionError(e);
        }
    }

    /** Takes one answer back, or -1 if there is none. */
    int poll(int queue) {
        try {
            return queues[queue].poll() < 0 ? -1 : access.getInt(BUFFERS + queue * 64L + 8);
        } catch (AccessFault | RingFault e) {
            throw new AssertionError(e);
        }
    }

    int await(int queue) {
        int[] answer = {-1};
        Await.until("an answer", () -> (answer[0] = poll(queue)) != -1);
        return answer[0];
    }

    /** Sends one buffer and waits for the answer. */
    int echo(int queue, int value) {
        add(queue, value);
        set(0x050, queue);
        return await(queue);
    }
}
