// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.radix.RadixStore;
import org.viommu.mapping.radix.internal.RadixTable;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.iommu.AttachLayout;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtio.iommu.MapLayout;
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
 * The way of a request from the available ring to its status: a driver and a device on one thread, so that nothing is
 * measured but work. Random pages of a full domain are unmapped and mapped again, 64 requests at a time; the table
 * alone, without rings and device, is the measure beside it.
 *
 * <p>In the package of the device, because the device is no other bundle's to see.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RequestBenchmark {
    private static final int BATCH = 64;
    private static final int PAGE = 4_096;
    private static final long TOP = 1L << 36;
    private static final int MEMORY_SIZE = 1 << 20;
    private static final long RING = 0x10000;
    private static final long BUFFERS = 0x40000;
    private static final int BUFFER_SIZE = 64;
    private static final int STATUS = 48;
    private static final int DOMAIN = 1;
    private static final int ENDPOINT = 0x10;
    private static final IommuNode NODE = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));

    /** Mappings in the domain. */
    @Param({"1024", "65536", "1048576"})
    private int live;

    private final GuestMemory memory = new GuestMemory();
    private final MemoryAccess access = memory.open();
    private IommuDevice device;
    private DeviceSession session;
    private DriverQueue requests;
    private MappingTable table;
    private int[] order;
    private int next;

    /** Starts a device and fills a domain, and a table beside it. */
    @Setup
    public void fill() throws RingFault, AccessFault {
        fill(live);
    }

    /** The same without JMH, which would set the number of mappings. */
    void fill(int mappings) throws RingFault, AccessFault {
        live = mappings;
        memory.add(new MemoryRegion(0, MEMORY_SIZE - 1, true, List.of(ByteBuffer.allocateDirect(MEMORY_SIZE))));
        StoreKeeper stores = new StoreKeeper("vm/iommu0");
        stores.offer(new RadixStore(Long.MAX_VALUE), Map.of());
        Topology topology = Topology.builder()
                .iommu(NODE)
                .endpoint(new EndpointNode.PciRange(
                        PciAddress.of(0, ENDPOINT), PciAddress.of(0, ENDPOINT), ENDPOINT, NODE, List.of()))
                .build();
        device = new IommuDevice(settings(), topology, stores, new ProbeExtensions());
        QueueAddresses addresses = new QueueAddresses(2 * BATCH, RING, RING + 0x4000, RING + 0x8000);
        session = device.start(new Activation(addresses, device.features(), memory));
        requests = Virtqueues.openDriver(addresses, device.features(), access);
        table = new RadixTable(Long.MAX_VALUE);
        order = new Random(1).ints(live, 0, live).toArray();
        attach();
        for (int page = 0; page < live; page++) {
            long start = start(page);
            table.map(start, start + PAGE - 1, start - PAGE, 3);
            map(0, start);
            serve(1);
        }
    }

    /** Ends it. */
    @TearDown
    public void end() {
        session.close();
        device.close();
    }

    /** One request of MAP or UNMAP, of a batch. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void request() throws RingFault, AccessFault {
        for (int i = 0; i < BATCH; i += 2) {
            long start = start(page());
            unmap(i, start);
            map(i + 1, start);
        }
        serve(BATCH);
    }

    /** The same change of a table alone. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void table_alone() {
        for (int i = 0; i < BATCH; i += 2) {
            long start = start(page());
            table.unmap(start, start + PAGE - 1);
            table.map(start, start + PAGE - 1, start - PAGE, 3);
        }
    }

    private static IommuSettings settings() {
        return new IommuSettings(
                "vm",
                "iommu0",
                NODE,
                true,
                PAGE,
                -1L,
                List.of(),
                RingFeatures.SUPPORTED,
                new Quotas(65_536, 65_536, 1 << 20),
                Protocol.STANDARD,
                0);
    }

    private void attach() throws RingFault, AccessFault {
        head(0, RequestType.ATTACH);
        access.putLong(BUFFERS + AttachLayout.ENDPOINT, ENDPOINT);
        access.putInt(BUFFERS + AttachLayout.RESERVED, 0);
        add(0, AttachLayout.SIZE);
        serve(1);
    }

    private void map(int slot, long start) throws RingFault, AccessFault {
        long request = BUFFERS + (long) slot * BUFFER_SIZE;
        head(slot, RequestType.MAP);
        access.putLong(request + MapLayout.VIRTUAL_START, start);
        access.putLong(request + MapLayout.VIRTUAL_END, start + PAGE - 1);
        access.putLong(request + MapLayout.PHYSICAL_START, start - PAGE);
        access.putInt(request + MapLayout.FLAGS, 3);
        add(slot, MapLayout.SIZE);
    }

    private void unmap(int slot, long start) throws RingFault, AccessFault {
        long request = BUFFERS + (long) slot * BUFFER_SIZE;
        head(slot, RequestType.UNMAP);
        access.putLong(request + UnmapLayout.VIRTUAL_START, start);
        access.putLong(request + UnmapLayout.VIRTUAL_END, start + PAGE - 1);
        access.putInt(request + UnmapLayout.RESERVED, 0);
        add(slot, UnmapLayout.SIZE);
    }

    private void head(int slot, RequestType type) throws AccessFault {
        long request = BUFFERS + (long) slot * BUFFER_SIZE;
        access.putLong(request, type.value() | (long) DOMAIN << Integer.SIZE);
        access.putInt(request + STATUS, -1);
    }

    private void add(int slot, int size) throws RingFault {
        long request = BUFFERS + (long) slot * BUFFER_SIZE;
        requests.addPair(request, size, request + STATUS, RequestLayout.TAIL_SIZE);
    }

    private void serve(int count) throws RingFault, AccessFault {
        requests.publish();
        session.serve(IommuQueues.REQUEST);
        for (int i = 0; i < count; i++) {
            if (requests.poll() < 0
                    || access.getInt(BUFFERS + (long) i * BUFFER_SIZE + STATUS) != RequestStatus.OK.value()) {
                throw new AssertionError("request %d was not answered OK".formatted(i));
            }
        }
    }

    private static long start(int page) {
        return TOP - (page + 1L) * PAGE;
    }

    private int page() {
        next = next + 1 & live - 1;
        return order[next];
    }

    /** Queue 0 in guest memory, and no queue for faults. */
    private record Activation(QueueAddresses addresses, long features, GuestMemory memory) implements DeviceActivation {
        @Override
        public MemoryAccess openMemory() {
            return memory.open();
        }

        @Override
        public DeviceQueue openQueue(int index, MemoryAccess queueMemory) throws RingFault {
            return index == IommuQueues.REQUEST ? Virtqueues.openDevice(addresses, features, queueMemory) : null;
        }

        @Override
        public void wake(int queue) {}

        @Override
        public void interrupt(int queue) {}

        @Override
        public void configChanged() {}
    }
}
