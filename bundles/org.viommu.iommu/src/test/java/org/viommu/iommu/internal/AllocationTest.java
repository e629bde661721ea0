// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.RequestLayout;

/** What the device does for a request, and for an access, leaves nothing to the collector. */
class AllocationTest {
    private static final int TIMES = 5_000;
    private static final long LIMIT_NANOS = 300_000_000_000L;
    private static final long PAGE = 0x1000;
    private static final int PROBE_ROOM = ReservedRegions.PROBE_SIZE + RequestLayout.TAIL_SIZE;

    private final TestGuest guest = new TestGuest();

    @AfterEach
    void close() {
        guest.close();
    }

    /** Those that the store does not keep anything for: what a mapping takes is the store's. */
    @Test
    void requests_allocate_nothing() {
        guest.attach(1, TestGuest.ENDPOINT);
        guest.map(1, 0, PAGE - 1, TestGuest.DMA_MEMORY, 3);
        long least = Long.MAX_VALUE;
        // The platform itself allocates now and then, while it links call sites; and code that it has not yet compiled
        // allocates what it will not. On a busy machine that takes a while.
        long end = System.nanoTime() + LIMIT_NANOS;
        while (least >= TIMES && System.nanoTime() - end < 0) {
            long before = guest.allocatedByDevice();
            for (int i = 0; i < TIMES; i++) {
                guest.map(1, PAGE + 1, 2 * PAGE, TestGuest.DMA_MEMORY, 3);
                guest.map(1, PAGE, 2 * PAGE - 1, -PAGE, 16);
                guest.map(2, PAGE, 2 * PAGE - 1, TestGuest.DMA_MEMORY, 3);
                guest.unmap(1, PAGE, 9 * PAGE - 1);
                guest.attach(1, TestGuest.ENDPOINT);
                guest.detach(2, TestGuest.ENDPOINT);
                guest.attach(1, TestGuest.NO_ENDPOINT);
                guest.detach(1, TestGuest.NO_ENDPOINT);
                guest.probe(-1, RequestLayout.TAIL_SIZE);
                guest.probe(TestGuest.NO_ENDPOINT, PROBE_ROOM);
                guest.probe(TestGuest.ENDPOINT + 1, PROBE_ROOM);
                guest.detach(1, TestGuest.ENDPOINT + 1);
            }
            least = Math.min(least, guest.allocatedByDevice() - before);
        }
        assertThat(least).isLessThan(TIMES);
    }

    @Test
    void accesses_allocate_nothing() throws AccessFault {
        guest.attach(1, TestGuest.ENDPOINT);
        for (long page = 0; page < 8; page++) {
            guest.map(1, page * PAGE, page * PAGE + PAGE - 1, TestGuest.DMA_MEMORY + page * 2 * PAGE, 3);
        }
        long least = Long.MAX_VALUE;
        try (DmaPort port = guest.port(TestGuest.ENDPOINT)) {
            long end = System.nanoTime() + LIMIT_NANOS;
            while (least >= TIMES && System.nanoTime() - end < 0) {
                long before = TestGuest.allocated();
                for (int i = 0; i < TIMES; i++) {
                    long address = i % 8 * PAGE;
                    port.putLong(address, port.getLong(address + 8) + port.getInt(address + 16));
                }
                least = Math.min(least, TestGuest.allocated() - before);
            }
        }
        assertThat(least).isLessThan(TIMES);
    }
}
