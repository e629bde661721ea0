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

/**
 * Driver and device on a thread each, which both spin, each on a processor of its own; {@code requests} is what came back.
 * Each thread makes what is its own, so that no two of them change one line of cache but in the ring.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class RingPairBenchmark {
    private static final int QUEUE_SIZE = 256;

    /** A ring for ours, and one for the peers. */
    @State(Scope.Group)
    public static class Rings {
        @Param({"split", "packed"})
        private String layout;

        @Param({"1", "8", "64"})
        private int batch;

        private final QueueAddresses addresses = RingMemory.addresses(QUEUE_SIZE);
        private final RingMemory memory = new RingMemory();
        private NativeRing peer;

        /** Makes the peers. */
        @Setup
        public void open() {
            peer = new NativeRing(new RingMemory(), addresses, packed());
        }

        private boolean packed() {
            return layout.equals("packed");
        }
    }

    /** The thread of the drivers. */
    @State(Scope.Thread)
    @AuxCounters
    public static class DriverSide {
        /** Requests that came back. */
        public long requests;

        private JavaDriver driver;

        /** Makes ours. */
        @Setup
        public void open(Rings rings) throws Throwable {
            NativeRing.pin(0);
            driver = new JavaDriver(rings.memory.open(), rings.addresses, rings.packed(), rings.batch);
        }
    }

    /** The thread of the devices. */
    @State(Scope.Thread)
    public static class DeviceSide {
        private JavaDevice device;

        /** Makes ours. */
        @Setup
        public void open(Rings rings) throws Throwable {
            NativeRing.pin(1);
            device = new JavaDevice(rings.memory.open(), rings.addresses, rings.packed(), rings.batch);
        }
    }

    /** Our driver. */
    @Benchmark
    @Group("java")
    public void driver(Rings rings, DriverSide side) throws RingFault, AccessFault {
        side.driver.add(0);
        side.requests += side.driver.poll();
    }

    /** Our device. */
    @Benchmark
    @Group("java")
    public int device(Rings rings, DeviceSide side) throws RingFault {
        return side.device.serve();
    }

    /** The driver in C. */
    @Benchmark
    @Group("c")
    public void nativeDriver(Rings rings, DriverSide side) throws Throwable {
        rings.peer.add(rings.batch, 0);
        side.requests += rings.peer.poll(rings.batch);
    }

    /** The device in C. */
    @Benchmark
    @Group("c")
    public int nativeDevice(Rings rings, DeviceSide side) throws Throwable {
        return rings.peer.serve(rings.batch);
    }
}
