// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.rings;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;

/** Driver and device on a thread each, which both spin; {@code requests} is what came back. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
public class RingPairBenchmark {
    private static final int QUEUE_SIZE = 256;

    /** A ring of each. */
    @State(Scope.Group)
    public static class Rings {
        @Param({"split", "packed"})
        private String layout;

        @Param({"1", "8", "64"})
        private int batch;

        private NativeRing peer;
        private JavaDriver driver;
        private JavaDevice device;

        /** Makes the rings. */
        @Setup
        public void open() throws RingFault {
            boolean packed = layout.equals("packed");
            QueueAddresses addresses = RingMemory.addresses(QUEUE_SIZE);
            peer = new NativeRing(new RingMemory(), addresses, packed);
            RingMemory memory = new RingMemory();
            driver = new JavaDriver(memory.open(), addresses, packed);
            device = new JavaDevice(memory.open(), addresses, packed);
        }
    }

    /** Requests that came back. */
    @State(Scope.Thread)
    @AuxCounters
    public static class Count {
        /** How many. */
        public long requests;
    }

    /** Our driver. */
    @Benchmark
    @Group("java")
    public void driver(Rings rings, Count count) throws RingFault, AccessFault {
        rings.driver.add(rings.batch, 0);
        count.requests += rings.driver.poll(rings.batch);
    }

    /** Our device. */
    @Benchmark
    @Group("java")
    public int device(Rings rings) throws RingFault {
        return rings.device.serve(rings.batch);
    }

    /** The driver in C. */
    @Benchmark
    @Group("c")
    public void nativeDriver(Rings rings, Count count) throws Throwable {
        rings.peer.add(rings.batch, 0);
        count.requests += rings.peer.poll(rings.batch);
    }

    /** The device in C. */
    @Benchmark
    @Group("c")
    public int nativeDevice(Rings rings) throws Throwable {
        return rings.peer.serve(rings.batch);
    }
}
