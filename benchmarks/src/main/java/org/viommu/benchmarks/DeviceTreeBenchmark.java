// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Problem;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.devicetree.internal.DeviceTreeReader;
import org.viommu.topology.devicetree.internal.DeviceTreeWriter;

/** Reads and judges a devicetree of 0.8 MiB: thousands of platform devices behind one IOMMU, and entries for thousands of functions. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class DeviceTreeBenchmark {
    private static final int DEVICES = 10_000;
    private static final int FUNCTIONS = 10_000;
    private static final IommuNode IOMMU = new IommuNode.PciFunction(PciAddress.parse("ffff:00:01.0"));

    private final DeviceTreeReader reader = new DeviceTreeReader();
    private byte[] blob;
    private Topology topology;

    /** Writes the blob. */
    @Setup
    public void write() throws TopologyFormatException {
        Topology.Builder builder = Topology.builder().iommu(IOMMU);
        for (int i = 0; i < DEVICES; i++) {
            builder.endpoint(new EndpointNode.Platform(0x1_0000_0000L + i * 0x200L, 0x10000 + i, IOMMU, List.of()));
        }
        for (int i = 0; i < FUNCTIONS; i++) {
            builder.endpoint(new EndpointNode.PciRange(PciAddress.of(0, 2 * i), 2 * i, IOMMU));
        }
        blob = new DeviceTreeWriter().write(builder.build());
        topology = reader.read(blob);
        System.out.printf("%n# the blob has %,d bytes%n", blob.length);
    }

    /** From bytes to the graph. */
    @Benchmark
    public Topology read() throws TopologyFormatException {
        return reader.read(blob);
    }

    /** What is wrong in the graph. */
    @Benchmark
    public List<Problem> judge() {
        return topology.problems();
    }
}
