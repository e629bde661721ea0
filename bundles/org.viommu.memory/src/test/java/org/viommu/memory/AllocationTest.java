// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.memory.MemoryAccess.Visitor;

/** What lies on the way of every request and of every UNMAP leaves nothing to the collector. */
class AllocationTest {
    private static final int TIMES = 20_000;
    private static final long LIMIT_NANOS = 300_000_000_000L;

    private final GuestMemory memory = new GuestMemory();
    private final MemoryAccess access = memory.open();
    private long sum;

    AllocationTest() {
        memory.replace(List.of(Windows.writable(0, 0x1000), Windows.writable(0x1000, 0x1000)));
    }

    @Test
    void accesses_allocate_nothing() throws AccessFault {
        ByteBuffer buffer = ByteBuffer.allocateDirect(0x20);
        Visitor visitor = (piece, offset) -> sum += piece.get();

        assertAllocatesNothing(() -> {
            access.enter();
            access.putLong(0x20, access.getLong(8) + access.getInt(0x1001) + access.getShort(3) + access.getByte(9));
            access.putInt(0xffe, access.getInt(0x1ff0));
            access.putShortRelease(2, access.getShortAcquire(4));
            access.exit();
            access.read(0xff0, buffer.clear());
            access.write(0xff0, buffer.clear());
            access.visit(0xff0, 0x20, Direction.READ, visitor);
            access.visit(0xff0, 0x20, Direction.WRITE, visitor);
        });
    }

    @Test
    void waiting_for_nobody_allocates_nothing() throws AccessFault {
        AccessGate gate = new AccessGate();
        for (int i = 0; i < 8; i++) {
            gate.join(new AccessSlot());
        }

        assertAllocatesNothing(gate::awaitQuiescence);
    }

    private interface Step {
        void run() throws AccessFault;
    }

    private static void assertAllocatesNothing(Step step) throws AccessFault {
        long least = Long.MAX_VALUE;
        // The platform itself allocates now and then, while it links call sites; and code that it has not yet compiled
        // allocates what it will not. On a busy machine that takes a while.
        long end = System.nanoTime() + LIMIT_NANOS;
        while (least >= TIMES && System.nanoTime() - end < 0) {
            long before = allocated();
            for (int i = 0; i < TIMES; i++) {
                step.run();
            }
            least = Math.min(least, allocated() - before);
        }
        assertThat(least).isLessThan(TIMES);
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
