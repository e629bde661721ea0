// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.viommu.driver.DmaDirection;
import org.viommu.driver.DmaSegment;
import org.viommu.driver.DmaSpace;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.FlushPolicy;
import org.viommu.driver.GuestIommu;
import org.viommu.driver.IommuDomain;
import org.viommu.driver.RequestBatch;
import org.viommu.mapping.radix.RadixStore;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtqueue.RingFeatures;

/**
 * Pairs of MAP and UNMAP in a second: the Java driver and the device on a thread each, in one process. Single requests,
 * and buffers of a domain that remembers its mappings.
 *
 * <p>In the package of the device, because the device is no other bundle's to see.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class DriverBenchmark {
    private static final int PAIRS = 32;
    private static final int PAGE = 4_096;
    private static final int MEMORY_SIZE = 1 << 20;
    private static final int ENDPOINT = 0x10;
    private static final long VIRTUAL = 0x1000_0000L;
    private static final int WATCH_NANOS = 1_000_000;
    private static final IommuNode NODE = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));

    /** How the rings are laid out. */
    @Param({"split", "packed"})
    private String ring;

    /** Pairs that go with one kick for the MAPs and one for the UNMAPs. */
    @Param({"1", "32"})
    private int batch;

    private final GuestMemory memory = new GuestMemory();
    private VirtioDevice device;
    private IommuDevice type;
    private GuestIommu iommu;
    private IommuDomain domain;
    private RequestBatch requests;
    private List<DmaSegment> pieces;

    /** When the device is told of buffers that have gone. */
    @State(Scope.Thread)
    public static class Flush {
        @Param({"strict", "deferred"})
        private String flush;

        private DmaSpace space;

        /** Makes a space in the domain of the benchmark. */
        @Setup
        public void open(DriverBenchmark benchmark) {
            FlushPolicy policy =
                    flush.equals("strict") ? FlushPolicy.STRICT : FlushPolicy.deferred(256, Duration.ofMillis(10));
            space = benchmark.domain.dma(policy, -1L);
        }
    }

    /** Starts a device and its driver. */
    @Setup
    public void start() throws DriverException {
        memory.add(new MemoryRegion(0, MEMORY_SIZE - 1, true, List.of(ByteBuffer.allocateDirect(MEMORY_SIZE))));
        StoreKeeper stores = new StoreKeeper("vm/iommu0");
        stores.offer(new RadixStore(Long.MAX_VALUE), Map.of());
        Topology topology = Topology.builder()
                .iommu(NODE)
                .endpoint(new EndpointNode.PciRange(
                        PciAddress.of(0, ENDPOINT), PciAddress.of(0, ENDPOINT), ENDPOINT, NODE, List.of()))
                .build();
        type = new IommuDevice(settings(), topology, stores, new ProbeExtensions());
        device = new VirtioDevice("vm/iommu0", type, new MemoryPlatform() {
            @Override
            public MemoryAccess open() {
                return memory.open();
            }

            @Override
            public boolean translates() {
                return false;
            }
        });
        DriverMemory own = new DriverMemory(memory, 0, DriverMemory.USUAL_SIZE - 1);
        iommu = GuestIommu.start(new InProcessTransport(device), own, Duration.ofSeconds(30));
        domain = iommu.createDomain();
        domain.attach(ENDPOINT);
        requests = iommu.driver().batch(batch);
        pieces = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            pieces.add(new DmaSegment((2L * i + 1) * PAGE, PAGE));
        }
    }

    private IommuSettings settings() {
        long rings = RingFeatures.offer(ring.equals("packed"), false);
        return new IommuSettings(
                "vm",
                "iommu0",
                NODE,
                true,
                PAGE,
                -1L,
                List.of(),
                rings,
                new Quotas(16, 16, 1 << 20),
                Protocol.STANDARD,
                WATCH_NANOS);
    }

    /** Ends both. */
    @TearDown
    public void end() {
        iommu.close();
        device.close();
        type.close();
    }

    /** Requests as they are, each with its status. */
    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public void requests() throws DriverException {
        for (int done = 0; done < PAIRS; done += batch) {
            for (int i = 0; i < batch; i++) {
                long start = VIRTUAL + (long) i * PAGE;
                requests.map(domain.id(), start, start + PAGE - 1, (long) i * PAGE, MapFlags.READ | MapFlags.WRITE);
            }
            require(requests.flush());
            for (int i = 0; i < batch; i++) {
                long start = VIRTUAL + (long) i * PAGE;
                requests.unmap(domain.id(), start, start + PAGE - 1);
            }
            require(requests.flush());
        }
    }

    private static void require(int refused) {
        if (refused > 0) {
            throw new IllegalStateException(refused + " requests were refused");
        }
    }

    /** Buffers of as many pieces as the batch says, mapped and closed. */
    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public void buffers(Flush flush) throws DriverException {
        for (int done = 0; done < PAIRS; done += batch) {
            flush.space.map(pieces, DmaDirection.BOTH).close();
        }
    }
}
