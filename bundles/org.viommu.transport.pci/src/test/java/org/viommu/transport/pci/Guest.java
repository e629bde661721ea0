// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import java.nio.ByteBuffer;
import java.util.List;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtio.Await;
import org.viommu.virtio.EchoType;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.Virtqueues;

/** A guest with an echo function and a driver for it. */
final class Guest {
    static final int CLASS_CODE = 0x080600;
    static final long VERSION_1 = 1L << 32;

    private static final long BASE = 0x1_2000_0000L;
    private static final int SIZE = 1 << 18;
    private static final long QUEUE_STRIDE = 0x4000;
    private static final long BUFFER = BASE + 0x20000;

    final EchoType type = EchoType.of(0, 256, 64);
    final GuestMemory memory = new GuestMemory();
    final MemoryAccess access = memory.open();
    final VirtioDevice device = new VirtioDevice("test/echo", type, platform(memory));
    final VirtioPciFunction function = new VirtioPciFunction("test/pci", device, memory, CLASS_CODE);
    final Host host = new Host(function);
    final PciDriver driver = new PciDriver(host);
    final DriverQueue[] queues = new DriverQueue[2];

    Guest() {
        ByteBuffer window = ByteBuffer.allocateDirect(SIZE);
        memory.replace(List.of(new MemoryRegion(BASE, BASE + SIZE - 1, true, List.of(window))));
    }

    static MemoryPlatform platform(GuestMemory memory) {
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

    static QueueAddresses addresses(int queue) {
        long at = BASE + queue * QUEUE_STRIDE;
        return new QueueAddresses(8, at, at + 0x1000, at + 0x2000);
    }

    /** Initialises the device in the order of the standard; each queue gets the vector after its index. */
    Guest start() {
        return start(VERSION_1 | EchoType.FEATURE_A);
    }

    Guest start(long features) {
        driver.setStatus(0);
        driver.setStatus(1);
        driver.setStatus(3);
        driver.acceptFeatures(features);
        driver.setStatus(0xb);
        driver.common(0x10, 2, 0);
        for (int i = 0; i < queues.length; i++) {
            setUpQueue(i);
        }
        driver.setStatus(0xf);
        return this;
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

    void setUpQueue(int queue) {
        clear(queue);
        driver.select(queue);
        driver.common(0x1a, 2, queue + 1);
        if (!driver.enableQueue(queue, addresses(queue))) {
            throw new AssertionError("queue " + queue + " is not enabled");
        }
    }

    /** Makes one buffer available without a kick. */
    void add(int queue, int value) {
        try {
            access.putInt(BUFFER, value);
            access.putInt(BUFFER + 8, 0);
            queues[queue].add(new long[] {BUFFER, 4, BUFFER + 8, 4}, 1);
            queues[queue].publish();
        } catch (AccessFault | RingFault e) {
            throw new AssertionError(e);
        }
    }

    /** Takes one answer back, or -1 if there is none. */
    int poll(int queue) {
        try {
            return queues[queue].poll() < 0 ? -1 : access.getInt(BUFFER + 8);
        } catch (AccessFault | RingFault e) {
            throw new AssertionError(e);
        }
    }

    /** Sends one buffer and waits for the answer. */
    int echo(int queue, int value) {
        add(queue, value);
        driver.kick(queue);
        int[] answer = {-1};
        Await.until("an answer", () -> (answer[0] = poll(queue)) != -1);
        return answer[0];
    }
}
