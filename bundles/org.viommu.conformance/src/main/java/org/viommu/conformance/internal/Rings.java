// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.viommu.conformance.Answer;
import org.viommu.conformance.DevicePort;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.Virtqueues;

/**
 * The two queues of the driver and their buffers in guest memory.
 *
 * <pre>
 *  0              0x8000        0x10000      0x14000      0x18000         0x20000
 *  +--------------+-------------+------------+------------+---------------+
 *  | request ring | event ring  | readable   | writable   | event buffers |
 *  +--------------+-------------+------------+------------+---------------+
 * </pre>
 */
public final class Rings {
    /** Bytes of guest memory that are used. */
    public static final long SIZE = 0x20000;

    private static final int QUEUE_SIZE = 256;
    private static final long RING_SIZE = 0x8000;
    private static final long DRIVER_AREA = 0x4000;
    private static final long DEVICE_AREA = 0x6000;
    private static final long READABLE = 0x10000;
    private static final long WRITABLE = 0x14000;
    private static final int BUFFER_SIZE = 0x4000;
    private static final long EVENTS = 0x18000;
    private static final int EVENT_SIZE = 64;

    private final MemoryAccess memory;
    private final long base;
    private final int[] eventLengths = new int[QUEUE_SIZE];
    private final long[] eventPlaces = new long[QUEUE_SIZE];
    private DriverQueue requests;
    private DriverQueue events;
    private int offered;

    /**
     * Takes memory.
     *
     * @param memory of the guest
     * @param base first address of {@link #SIZE} bytes
     */
    public Rings(MemoryAccess memory, long base) {
        this.memory = memory;
        this.base = base;
    }

    /**
     * Begins with empty queues.
     *
     * @param transport to enable them
     * @param features that are accepted
     * @throws RingFault if the device does not enable a queue
     * @throws AccessFault if the memory is not there
     */
    public void begin(DriverTransport transport, long features) throws RingFault, AccessFault {
        memory.write(base, ByteBuffer.allocate((int) (2 * RING_SIZE)));
        requests = open(transport, IommuQueues.REQUEST, features);
        events = open(transport, IommuQueues.EVENT, features);
        offered = 0;
    }

    /**
     * Makes a request available.
     *
     * @param readable its device-readable part
     * @param writable length of its device-writable part
     * @param cut longest piece
     * @throws RingFault if the ring breaks
     * @throws AccessFault if the memory is not there
     */
    public void add(byte[] readable, int writable, int cut) throws RingFault, AccessFault {
        if (readable.length > BUFFER_SIZE || writable > BUFFER_SIZE) {
            throw new IllegalArgumentException(
                    "a request of %d and %d bytes: %d each fit".formatted(readable.length, writable, BUFFER_SIZE));
        }
        memory.write(base + READABLE, ByteBuffer.wrap(readable));
        memory.write(base + WRITABLE, filled(writable));
        int readablePieces = pieces(readable.length, cut);
        long[] chain = new long[2 * (readablePieces + pieces(writable, cut))];
        cut(chain, 0, base + READABLE, readable.length, cut);
        cut(chain, 2 * readablePieces, base + WRITABLE, writable, cut);
        requests.add(chain, readablePieces);
        requests.publish();
    }

    /**
     * Whether the request has come back.
     *
     * @return true once
     * @throws RingFault if the device breaks the rules of rings
     */
    public boolean answered() throws RingFault {
        return requests.poll() >= 0;
    }

    /**
     * What has come back.
     *
     * @param writable length of the device-writable part
     * @return the answer
     * @throws AccessFault if the memory is not there
     */
    public Answer answer(int writable) throws AccessFault {
        return answer(base + WRITABLE, writable, requests.usedLength());
    }

    /**
     * Makes a buffer for a fault report available.
     *
     * @param length of the buffer
     * @throws RingFault if the ring breaks
     * @throws AccessFault if the memory is not there
     */
    public void offerEvent(int length) throws RingFault, AccessFault {
        long place = base + EVENTS + (long) EVENT_SIZE * (offered++ % QUEUE_SIZE);
        memory.write(place, filled(length));
        int id = events.add(new long[] {place, length}, 0);
        if (id < 0) {
            throw new IllegalStateException("more event buffers than the queue holds");
        }
        eventPlaces[id] = place;
        eventLengths[id] = length;
        events.publish();
    }

    /**
     * Takes an event buffer back.
     *
     * @return the buffer; null if there is none
     * @throws RingFault if the device breaks the rules of rings
     * @throws AccessFault if the memory is not there
     */
    public Answer event() throws RingFault, AccessFault {
        int id = events.poll();
        return id < 0 ? null : answer(eventPlaces[id], eventLengths[id], events.usedLength());
    }

    private DriverQueue open(DriverTransport transport, int queue, long features) throws RingFault {
        int size = Math.min(QUEUE_SIZE, transport.maxQueueSize(queue));
        long at = base + queue * RING_SIZE;
        QueueAddresses addresses = new QueueAddresses(size, at, at + DRIVER_AREA, at + DEVICE_AREA);
        DriverQueue opened = Virtqueues.openDriver(addresses, features, memory);
        if (!transport.enableQueue(queue, addresses)) {
            throw new IllegalStateException("the device does not enable queue " + queue);
        }
        return opened;
    }

    private Answer answer(long place, int length, long used) throws AccessFault {
        byte[] bytes = new byte[length];
        memory.read(place, ByteBuffer.wrap(bytes));
        return new Answer(true, used, bytes);
    }

    private static ByteBuffer filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, DevicePort.FILL);
        return ByteBuffer.wrap(bytes);
    }

    private static int pieces(int length, int cut) {
        return length == 0 ? 0 : (length - 1) / cut + 1;
    }

    private static void cut(long[] chain, int at, long address, int length, int cut) {
        int index = at;
        for (int done = 0; done < length; done += Math.min(cut, length - done)) {
            chain[index++] = address + done;
            chain[index++] = Math.min(cut, length - done);
        }
    }
}
