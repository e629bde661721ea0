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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.viommu.dma.DmaPort;
import org.viommu.mapping.radix.RadixStore;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryRegion;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.virtqueue.RingFeatures;

/** An endpoint's reads of eight bytes each from random pages of a domain with 65,536 mappings. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TranslationBenchmark {
    private static final int ACCESSES = 64;
    private static final int LIVE = 65_536;
    private static final int PAGE = 4_096;
    private static final int MEMORY_SIZE = 1 << 20;
    private static final int DOMAIN = 1;
    private static final int ENDPOINT = 0x10;
    private static final IommuNode NODE = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));

    private final GuestMemory memory = new GuestMemory();
    private IommuDevice device;
    private DmaPort port;
    private int[] order;
    private int next;

    /** Fills the domain. */
    @Setup
    public void fill() {
        memory.add(new MemoryRegion(0, MEMORY_SIZE - 1, true, List.of(ByteBuffer.allocateDirect(MEMORY_SIZE))));
        StoreKeeper stores = new StoreKeeper("vm/iommu0");
        stores.offer(new RadixStore(Long.MAX_VALUE), Map.of());
        Topology topology = Topology.builder()
                .iommu(NODE)
                .endpoint(new EndpointNode.PciRange(
                        PciAddress.of(0, ENDPOINT), PciAddress.of(0, ENDPOINT), ENDPOINT, NODE, List.of()))
                .build();
        IommuSettings settings = new IommuSettings(
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
        device = new IommuDevice(settings, topology, stores, new ProbeExtensions());
        device.spaces().attach(DOMAIN, ENDPOINT, false);
        for (long page = 1; page <= LIVE; page++) {
            long physical = page * PAGE % MEMORY_SIZE;
            device.spaces().map(DOMAIN, page * PAGE, page * PAGE + PAGE - 1, physical, 1);
        }
        port = device.open(ENDPOINT, memory);
        order = new Random(1).ints(LIVE, 1, LIVE + 1).toArray();
    }

    /** Ends it. */
    @TearDown
    public void end() {
        port.close();
        device.close();
    }

    /** One access. */
    @Benchmark
    @OperationsPerInvocation(ACCESSES)
    public long access() throws AccessFault {
        long sum = 0;
        for (int i = 0; i < ACCESSES; i++) {
            next = next + 1 & LIVE - 1;
            sum += port.getLong((long) order[next] * PAGE);
        }
        return sum;
    }

    /** One access of many to the same page, which is the shortest way. */
    @Benchmark
    @OperationsPerInvocation(ACCESSES)
    public long access_to_one_page() throws AccessFault {
        long sum = 0;
        for (int i = 0; i < ACCESSES; i++) {
            sum += port.getLong(PAGE + (long) i * Long.BYTES);
        }
        return sum;
    }
}
