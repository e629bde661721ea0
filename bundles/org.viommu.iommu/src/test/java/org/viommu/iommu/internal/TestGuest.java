// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.viommu.dma.DmaPort;
import org.viommu.mapping.MappingStore;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.Topology;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.iommu.AttachFlags;
import org.viommu.virtio.iommu.AttachLayout;
import org.viommu.virtio.iommu.DetachLayout;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtio.iommu.MapLayout;
import org.viommu.virtio.iommu.ProbeLayout;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtio.iommu.UnmapLayout;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;
import org.viommu.virtqueue.Virtqueues;

/**
 * A guest in front of a device, over real rings: each request is sent, served on the calling thread, and its answer
 * taken from the used ring, byte for byte.
 */
final class TestGuest implements AutoCloseable {
    static final PciAddress IOMMU = PciAddress.parse("00:01.0");
    static final IommuNode NODE = new IommuNode.PciFunction(IOMMU);

    /** Endpoint IDs 0x10 to 0x1f exist. */
    static final int ENDPOINT = 0x10;

    static final int LAST_ENDPOINT = 0x1f;
    static final int NO_ENDPOINT = 0x20;
    static final int MEMORY_SIZE = 16 << 20;

    /** From here on memory is free for DMA. */
    static final long DMA_MEMORY = 1 << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int QUEUE_SIZE = 256;
    private static final long REQUEST_RING = 0x10000;
    private static final long EVENT_RING = 0x20000;
    private static final long READABLE = 0x40000;
    private static final long WRITABLE = 0x50000;
    private static final long EVENTS = 0x60000;

    /** What the device has answered: the used length, and the whole writable part, of 0xee where it was not written. */
    record Answer(long usedLength, ByteBuffer writable) {
        RequestStatus status() {
            return statusAt(0);
        }

        RequestStatus statusAt(int offset) {
            return RequestStatus.of(writable.get(offset) & 0xff);
        }

        boolean untouched() {
            for (int i = 0; i < writable.capacity(); i++) {
                if (writable.get(i) != (byte) 0xee) {
                    return false;
                }
            }
            return true;
        }
    }

    final GuestMemory memory = new GuestMemory();

    /** Null, like the extensions, if somebody else has made the device. */
    final StoreKeeper stores;

    final ProbeExtensions extensions;
    final IommuDevice device;
    final StatusReader status;
    private final MemoryAccess access;
    private final AtomicBoolean eventWake = new AtomicBoolean();
    private DeviceSession session;
    private DriverQueue requests;
    private DriverQueue events;
    private int postedEvents;
    private int interrupts;
    private long allocatedByDevice;

    TestGuest() {
        this(settings(0x1000));
    }

    TestGuest(IommuSettings settings, MappingStore... offered) {
        this(settings, topology(List.of()), offered);
    }

    TestGuest(IommuSettings settings, Topology topology, MappingStore... offered) {
        this(settings, topology, stores(settings, offered), new ProbeExtensions());
    }

    private TestGuest(IommuSettings settings, Topology topology, StoreKeeper stores, ProbeExtensions extensions) {
        this(new IommuDevice(settings, topology, stores, extensions), stores, extensions);
    }

    /** In front of a device that somebody else has made, and closes after {@link #reset}. */
    TestGuest(IommuDevice device) {
        this(device, null, null);
    }

    private TestGuest(IommuDevice device, StoreKeeper stores, ProbeExtensions extensions) {
        memory.add(new MemoryRegion(0, MEMORY_SIZE - 1, true, List.of(ByteBuffer.allocateDirect(MEMORY_SIZE))));
        access = memory.open();
        this.stores = stores;
        this.extensions = extensions;
        this.device = device;
        status = new StatusReader(device);
        start(device.features());
    }

    private static StoreKeeper stores(IommuSettings settings, MappingStore... offered) {
        StoreKeeper stores = new StoreKeeper(settings.qualifiedName());
        for (MappingStore store : offered) {
            stores.offer(store, Map.of());
        }
        return stores;
    }

    static IommuSettings settings(long granule) {
        return settings(granule, -1L, List.of(), new Quotas(65_536, 65_536, 1 << 20));
    }

    static IommuSettings settings(long granule, long inputEnd, List<ReservedRegion> reserved, Quotas quotas) {
        return settings(granule, inputEnd, reserved, quotas, Protocol.STANDARD);
    }

    static IommuSettings settings(
            long granule, long inputEnd, List<ReservedRegion> reserved, Quotas quotas, Protocol protocol) {
        return new IommuSettings(
                "vm", "iommu0", NODE, true, granule, inputEnd, reserved, RingFeatures.SUPPORTED, quotas, protocol, 0);
    }

    /** A device that talks in its own way. */
    static IommuSettings settings(Protocol protocol) {
        return settings(0x1000, -1L, List.of(), new Quotas(100, 100, 1 << 20), protocol);
    }

    /** A machine whose endpoints 0x10 to 0x1f all have the same reserved regions. */
    static Topology topology(List<ReservedRegion> reserved) {
        return Topology.builder()
                .iommu(NODE)
                .endpoint(new EndpointNode.PciRange(
                        PciAddress.of(0, ENDPOINT), PciAddress.of(0, LAST_ENDPOINT), ENDPOINT, NODE, reserved))
                .build();
    }

    /** Sets DRIVER_OK with both queues empty. */
    void start(long features) {
        try {
            fill(REQUEST_RING, EVENTS - REQUEST_RING, (byte) 0);
            QueueAddresses requestRing = ring(REQUEST_RING);
            QueueAddresses eventRing = ring(EVENT_RING);
            session = device.start(new Activation(features, requestRing, eventRing));
            requests = Virtqueues.openDriver(requestRing, features, access);
            events = Virtqueues.openDriver(eventRing, features, access);
            postedEvents = 0;
        } catch (RingFault | AccessFault e) {
            throw new AssertionError(e);
        }
    }

    /** Resets the device, as a driver does that writes 0 to the status. */
    void reset() {
        session.close();
    }

    @Override
    public void close() {
        session.close();
        device.close();
    }

    /** Bytes that this thread has allocated until now. */
    static long allocated() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Bytes that the device has allocated while it served requests. */
    long allocatedByDevice() {
        return allocatedByDevice;
    }

    int interrupts() {
        return interrupts;
    }

    /** Whether the device has asked for its event queue to be served. */
    boolean eventWake() {
        return eventWake.getAndSet(false);
    }

    /** Sends a request of one readable and one writable descriptor, and has it served. */
    Answer send(ByteBuffer readable, int writableLength) {
        return send(readable, writableLength, readable.capacity(), writableLength);
    }

    /** Sends a request cut into descriptors of the given lengths, and has it served. */
    Answer send(ByteBuffer readable, int writableLength, int readableCut, int writableCut) {
        try {
            fill(WRITABLE, writableLength, (byte) 0xee);
            access.write(READABLE, readable.duplicate().clear());
            int readablePieces = pieces(readable.capacity(), readableCut);
            int writablePieces = pieces(writableLength, writableCut);
            long[] chain = new long[2 * (readablePieces + writablePieces)];
            cut(chain, 0, READABLE, readable.capacity(), readableCut);
            cut(chain, 2 * readablePieces, WRITABLE, writableLength, writableCut);
            return exchange(chain, readablePieces, writableLength);
        } catch (AccessFault e) {
            throw new AssertionError(e);
        }
    }

    /** Sends a request whose parts lie anywhere. */
    Answer exchange(long[] pieces, int readablePieces, int writableLength) {
        try {
            int id = requests.add(pieces, readablePieces);
            requests.publish();
            long before = allocated();
            session.serve(IommuQueues.REQUEST);
            allocatedByDevice += allocated() - before;
            if (requests.poll() != id) {
                throw new AssertionError("the request was not answered");
            }
            ByteBuffer writable = ByteBuffer.allocate(writableLength).order(ByteOrder.LITTLE_ENDIAN);
            access.read(WRITABLE, writable);
            return new Answer(requests.usedLength(), writable);
        } catch (RingFault | AccessFault e) {
            throw new AssertionError(e);
        }
    }

    Answer send(ByteBuffer readable) {
        return send(readable, RequestLayout.TAIL_SIZE);
    }

    RequestStatus attach(int domain, int endpoint) {
        return send(attachRequest(domain, endpoint, 0)).status();
    }

    RequestStatus attachBypass(int domain, int endpoint) {
        return send(attachRequest(domain, endpoint, AttachFlags.BYPASS)).status();
    }

    RequestStatus detach(int domain, int endpoint) {
        ByteBuffer request = request(RequestType.DETACH, DetachLayout.SIZE, domain);
        return send(request.putInt(DetachLayout.ENDPOINT, endpoint)).status();
    }

    RequestStatus map(int domain, long start, long end, long physical, int flags) {
        return send(mapRequest(domain, start, end, physical, flags)).status();
    }

    RequestStatus unmap(int domain, long start, long end) {
        return send(unmapRequest(domain, start, end)).status();
    }

    Answer probe(int endpoint, int writableLength) {
        return send(request(RequestType.PROBE, ProbeLayout.SIZE, endpoint), writableLength);
    }

    /** Gives the device an empty buffer for fault reports, without a kick. */
    void postEvent(int length) {
        try {
            long address = EVENTS + 64L * postedEvents++;
            access.write(address, ByteBuffer.allocate(64));
            events.add(new long[] {address, length}, 0);
            events.publish();
        } catch (RingFault | AccessFault e) {
            throw new AssertionError(e);
        }
    }

    /** Takes the next used event buffer; null if there is none. */
    Answer pollEvent() {
        try {
            int id = events.poll();
            if (id < 0) {
                return null;
            }
            ByteBuffer report = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
            access.read(EVENTS + 64L * id, report);
            return new Answer(events.usedLength(), report);
        } catch (RingFault | AccessFault e) {
            throw new AssertionError(e);
        }
    }

    /** Has a queue served once more. */
    void serve(int queue) {
        try {
            session.serve(queue);
        } catch (RingFault e) {
            throw new AssertionError(e);
        }
    }

    DmaPort port(int endpoint) {
        return device.open(endpoint, memory);
    }

    /** Guest memory without an IOMMU in front. */
    MemoryAccess physical() {
        return access;
    }

    static ByteBuffer request(RequestType type, int size, int id) {
        ByteBuffer request = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        return request.put(RequestLayout.TYPE, (byte) type.value()).putInt(RequestLayout.HEAD_SIZE, id);
    }

    static ByteBuffer attachRequest(int domain, int endpoint, int flags) {
        return request(RequestType.ATTACH, AttachLayout.SIZE, domain)
                .putInt(AttachLayout.ENDPOINT, endpoint)
                .putInt(AttachLayout.FLAGS, flags);
    }

    static ByteBuffer mapRequest(int domain, long start, long end, long physical, int flags) {
        return request(RequestType.MAP, MapLayout.SIZE, domain)
                .putLong(MapLayout.VIRTUAL_START, start)
                .putLong(MapLayout.VIRTUAL_END, end)
                .putLong(MapLayout.PHYSICAL_START, physical)
                .putInt(MapLayout.FLAGS, flags);
    }

    static ByteBuffer unmapRequest(int domain, long start, long end) {
        return request(RequestType.UNMAP, UnmapLayout.SIZE, domain)
                .putLong(UnmapLayout.VIRTUAL_START, start)
                .putLong(UnmapLayout.VIRTUAL_END, end);
    }

    private void fill(long address, long length, byte value) throws AccessFault {
        access.visit(address, length, MemoryAccess.Direction.WRITE, (piece, offset) -> {
            while (piece.hasRemaining()) {
                piece.put(value);
            }
        });
    }

    private static QueueAddresses ring(long address) {
        return new QueueAddresses(QUEUE_SIZE, address, address + 0x4000, address + 0x8000);
    }

    private static int pieces(int length, int cut) {
        return length == 0 ? 0 : (length + cut - 1) / cut;
    }

    private static void cut(long[] chain, int at, long address, int length, int cut) {
        int index = at;
        for (int done = 0; done < length; done += cut) {
            chain[index++] = address + done;
            chain[index++] = Math.min(cut, length - done);
        }
    }

    private final class Activation implements DeviceActivation {
        private final long features;
        private final QueueAddresses[] queues;

        Activation(long features, QueueAddresses... queues) {
            this.features = features;
            this.queues = queues;
        }

        @Override
        public long features() {
            return features;
        }

        @Override
        public MemoryAccess openMemory() {
            return memory.open();
        }

        @Override
        public DeviceQueue openQueue(int index, MemoryAccess queueMemory) throws RingFault {
            return Virtqueues.openDevice(queues[index], features, queueMemory);
        }

        @Override
        public void wake(int queue) {
            if (queue == IommuQueues.EVENT) {
                eventWake.set(true);
            }
        }

        @Override
        public void interrupt(int queue) {
            interrupts++;
        }

        @Override
        public void configChanged() {}
    }
}
