// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.RingRig.BUFFERS;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.AccessFault;

/** A request's way through both sides of a ring leaves nothing to the collector. */
class AllocationTest {
    private static final int TIMES = 20_000;
    private static final long LIMIT_NANOS = 300_000_000_000L;
    private static final long[] PIECES = {BUFFERS, 3, BUFFERS + 3, 33, BUFFERS + 0x100, 8, BUFFERS + 0x108, 8};

    private static final long[] PAIR = {BUFFERS, 8, BUFFERS + 8, 8};

    private final RingRig rig = new RingRig(8);
    private final Chain chain = new Chain();
    private final ChainServer server = AllocationTest::copy;
    private final int[] ids = new int[1];
    private final long[] lengths = new long[1];
    private DriverQueue driver;
    private DeviceQueue device;

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED, RingFeatures.IN_ORDER, RingFeatures.PACKED | RingFeatures.IN_ORDER})
    void requests_allocate_nothing(long layout) throws Exception {
        driver = rig.driver(RingFeatures.SUPPORTED | layout);
        device = rig.device(RingFeatures.SUPPORTED | layout);
        long least = Long.MAX_VALUE;
        // The platform itself allocates now and then, while it links call sites; and code that it has not yet compiled
        // allocates what it will not. On a busy machine that takes a while.
        long end = System.nanoTime() + LIMIT_NANOS;
        while (least >= TIMES && System.nanoTime() - end < 0) {
            long before = allocated();
            for (int i = 0; i < TIMES; i++) {
                request();
            }
            least = Math.min(least, allocated() - before);
        }
        assertThat(least).isLessThan(TIMES);
    }

    private void request() throws Exception {
        driver.add(PIECES, 2);
        driver.addIndirect(PIECES, 2, BUFFERS + 0x1000);
        driver.publish();
        driver.kickWanted();
        device.suppressKicks();
        device.available();
        while (device.pop(chain)) {
            chain.writeLong(4, chain.readInt(1) + chain.readLong(8));
            chain.zero(0, 16);
            device.push(chain, 16);
        }
        driver.addPair(PAIR[0], PAIR[1], PAIR[2], PAIR[3]);
        driver.addPairs(PAIR, 1, ids);
        driver.flush();
        device.serve(chain, 4, server);
        device.publish();
        device.interruptWanted();
        device.enableKicks();
        driver.poll();
        driver.usedLength();
        while (driver.poll(ids, lengths) > 0) {
            driver.free();
        }
        driver.enableInterrupts();
    }

    private static int copy(Chain chain) {
        try {
            chain.writeLong(0, chain.readLong(0));
            return 8;
        } catch (AccessFault fault) {
            throw new AssertionError(fault);
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
