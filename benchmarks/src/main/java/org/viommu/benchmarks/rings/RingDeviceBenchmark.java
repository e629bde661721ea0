// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.rings;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;

/** The device's side alone: serves what a driver, the same one in C for both, has put into the ring. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@OperationsPerInvocation(RingDeviceBenchmark.REQUESTS)
public class RingDeviceBenchmark {
    /** Requests that one invocation serves. */
    static final int REQUESTS = 1024;

    @Param({"split", "packed"})
    private String layout;

    @Param({"1", "8", "64"})
    private int batch;

    private NativeRing driver;
    private JavaDevice device;

    /** Makes a ring with room for all requests. */
    @Setup
    public void open() throws RingFault {
        boolean packed = layout.equals("packed");
        RingMemory memory = new RingMemory();
        QueueAddresses addresses = RingMemory.addresses(2 * REQUESTS);
        driver = new NativeRing(memory, addresses, packed);
        device = new JavaDevice(memory.open(), addresses, packed, batch);
    }

    /** The driver fills the ring. */
    @Setup(Level.Invocation)
    public void fill() throws Throwable {
        if (driver.add(REQUESTS, 0) != REQUESTS) {
            throw new IllegalStateException("the ring is not empty");
        }
    }

    /** The driver checks that everything has come back. */
    @TearDown(Level.Invocation)
    public void drain() throws Throwable {
        if (driver.poll(REQUESTS) != REQUESTS || driver.errors() != 0) {
            throw new IllegalStateException("requests have been lost");
        }
    }

    /** Our device. */
    @Benchmark
    public int java() throws RingFault {
        int served = 0;
        while (served < REQUESTS) {
            served += device.serve();
        }
        return served;
    }

    /** The device in C. */
    @Benchmark
    public int c() throws Throwable {
        return driver.device(REQUESTS, batch);
    }
}
