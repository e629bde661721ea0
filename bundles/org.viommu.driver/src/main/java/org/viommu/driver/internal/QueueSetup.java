// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import java.nio.ByteBuffer;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverException.Reason;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.PackedLayout;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;
import org.viommu.virtqueue.SplitLayout;
import org.viommu.virtqueue.Virtqueues;

/** Puts the rings of queues into the driver's memory and enables the queues. */
final class QueueSetup {
    private final DriverTransport transport;
    private final MemoryCarver carver;
    private final long features;

    QueueSetup(DriverTransport transport, MemoryCarver carver, long features) {
        this.transport = transport;
        this.carver = carver;
        this.features = features;
    }

    /** Enables a queue of at most {@code maxSize} entries, which {@code memory} will reach. */
    DriverQueue open(int index, int maxSize, MemoryAccess memory) throws DriverException {
        int size = Integer.highestOneBit(Math.min(transport.maxQueueSize(index), maxSize));
        if (size < 2) {
            throw new DriverException(Reason.QUEUE, "queue %d has only %d entries".formatted(index, size));
        }
        QueueAddresses addresses = (features & RingFeatures.PACKED) != 0 ? packed(size, memory) : split(size, memory);
        if (!transport.enableQueue(index, addresses)) {
            throw new DriverException(Reason.QUEUE, "device does not enable queue " + index);
        }
        try {
            return Virtqueues.openDriver(addresses, features, memory);
        } catch (RingFault fault) {
            throw new DriverException(Reason.QUEUE, "queue " + index + " cannot be used", fault);
        }
    }

    private QueueAddresses split(int size, MemoryAccess memory) throws DriverException {
        return new QueueAddresses(
                size,
                area(SplitLayout.descriptorTableSize(size), SplitLayout.DESCRIPTOR_TABLE_ALIGNMENT, memory),
                area(SplitLayout.availableRingSize(size), SplitLayout.AVAILABLE_ALIGNMENT, memory),
                area(SplitLayout.usedRingSize(size), SplitLayout.USED_ALIGNMENT, memory));
    }

    private QueueAddresses packed(int size, MemoryAccess memory) throws DriverException {
        return new QueueAddresses(
                size,
                area(PackedLayout.descriptorRingSize(size), PackedLayout.DESCRIPTOR_RING_ALIGNMENT, memory),
                area(PackedLayout.EVENT_SIZE, PackedLayout.EVENT_ALIGNMENT, memory),
                area(PackedLayout.EVENT_SIZE, PackedLayout.EVENT_ALIGNMENT, memory));
    }

    private long area(int size, int alignment, MemoryAccess memory) throws DriverException {
        long address = carver.take(size, alignment);
        try {
            memory.write(address, ByteBuffer.allocate(size));
        } catch (AccessFault fault) {
            throw new DriverException(Reason.MEMORY, "driver memory cannot be written", fault);
        }
        return address;
    }
}
