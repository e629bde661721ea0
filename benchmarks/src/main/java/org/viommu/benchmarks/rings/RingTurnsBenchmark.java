// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.rings;

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
import org.openjdk.jmh.annotations.Warmup;
import org.viommu.memory.AccessFault;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;

/** Driver and device in turn on one thread, both ours or both in C. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@OperationsPerInvocation(RingTurnsBenchmark.REQUESTS)
public class RingTurnsBenchmark {
    /** Requests of one invocation. */
    static final int REQUESTS = 1024;

    private static final int QUEUE_SIZE = 256;

    @Param({"split", "packed"})
    private String layout;

    @Param({"1", "8", "64"})
    private int batch;

    private NativeRing peer;
    private JavaDriver driver;
    private JavaDevice device;

    /** Makes a ring for each. */
    @Setup
    public void open() throws RingFault {
        boolean packed = layout.equals("packed");
        QueueAddresses addresses = RingMemory.addresses(QUEUE_SIZE);
        peer = new NativeRing(new RingMemory(), addresses, packed);
        RingMemory memory = new RingMemory();
        driver = new JavaDriver(memory.open(), addresses, packed, batch);
        device = new JavaDevice(memory.open(), addresses, packed, batch);
    }

    /** Ours. */
    @Benchmark
    public long java() throws RingFault, AccessFault {
        for (int done = 0; done < REQUESTS; ) {
            driver.add(done);
            device.serve();
            done += driver.poll();
        }
        return driver.sum() + device.interrupts();
    }

    /** The ones in C. */
    @Benchmark
    public long c() throws Throwable {
        return peer.turns(REQUESTS, batch);
    }
}
