// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * A port never goes by a mapping whose removal has been answered, however often it has used it. Pages are mapped ever
 * again to another place in memory, which holds the number of the turn; an access that begins when turn t has been
 * answered must not find the number of an earlier one.
 */
class StaleTranslationTest {
    private static final long PAGE = 0x1000;
    private static final long REGION = 0x10000;

    /** The first three share one count of removals. */
    private static final long[] NEAR = {0x10000, 0x11000, 0x12000, 0x400000, 0x7fff_f000L, -PAGE};

    /** Each with room for a huge range behind it; the first three share one count of removals. */
    private static final long[] FAR = {0, 0x400_0000, 0x800_0000, 0x4000_0000, 1L << 40, -65 * REGION};

    /** Places in memory, more than turns that may pass while one access is under way. */
    private static final int PLACES = 16;

    private static final int READERS = 2;
    private static final int TURNS = 3_000;

    private final TestGuest guest = new TestGuest();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong found = new AtomicLong();

    /** For each page the turn that has been answered last. */
    private final AtomicIntegerArray answered = new AtomicIntegerArray(NEAR.length);

    @Test
    void what_has_been_unmapped_is_never_found_again() throws Exception {
        run(NEAR, turn -> PAGE);
    }

    @Test
    void what_has_been_unmapped_with_a_huge_range_is_never_found_again() throws Exception {
        run(FAR, turn -> 65 * REGION);
    }

    @Test
    void what_has_been_unmapped_with_ranges_of_all_sizes_is_never_found_again() throws Exception {
        long[] lengths = {PAGE, REGION, 63 * REGION, 64 * REGION, 65 * REGION};
        run(FAR, turn -> lengths[turn % lengths.length]);
    }

    /** @param lengths of the ranges that are unmapped, from the page on, for each turn */
    private void run(long[] starts, IntToLongFunction lengths) throws Exception {
        for (int page = 0; page < starts.length; page++) {
            // The first turn has nothing to remove.
            answered.set(page, 1);
        }
        for (int place = 0; place < PLACES; place++) {
            guest.physical().putInt(DMA_MEMORY + place * PAGE, place);
        }
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        try {
            for (int i = 0; i < READERS; i++) {
                guest.attach(1, ENDPOINT + i);
            }
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                int index = i;
                readers.add(threads.submit(() -> read(starts, index)));
            }
            turns(starts, lengths);
            long atLeast = found.get() + 1;
            while (found.get() < atLeast && readers.stream().noneMatch(Future::isDone)) {
                Thread.onSpinWait();
            }
            ended.set(true);
            for (Future<?> reader : readers) {
                reader.get();
            }
        } finally {
            ended.set(true);
            threads.shutdownNow();
            guest.close();
        }
    }

    private void turns(long[] starts, IntToLongFunction lengths) {
        for (int turn = 1; turn <= TURNS; turn++) {
            for (int page = 0; page < starts.length; page++) {
                long start = starts[page];
                if (turn > 1) {
                    expectOk(guest.unmap(1, start, start + lengths.applyAsLong(turn) - 1));
                    answered.set(page, turn);
                }
                long physical = DMA_MEMORY + turn % PLACES * PAGE;
                expectOk(guest.map(1, start, start + PAGE - 1, physical, MapFlags.READ));
            }
        }
    }

    private void read(long[] starts, int index) {
        try (DmaPort port = guest.port(ENDPOINT + index)) {
            for (int page = 0; !ended.get(); page = (page + 1) % starts.length) {
                port.enter();
                try {
                    int turn = answered.get(page);
                    // The second time from what the port remembers.
                    check(page, turn, port.getInt(starts[page]));
                    check(page, turn, port.getInt(starts[page]));
                    found.incrementAndGet();
                } catch (AccessFault unmapped) {
                    assertThat(unmapped.reason()).isEqualTo(AccessFault.Reason.NOT_TRANSLATED);
                } finally {
                    port.exit();
                }
            }
        }
    }

    /** A removal waits for accesses that are under way, so that the next turn but one cannot have begun. */
    private static void check(int page, int turn, int place) {
        int ahead = Math.floorMod(place - turn, PLACES);
        assertThat(ahead)
                .as("page %d: place %d after turn %d was answered", page, place, turn)
                .isLessThanOrEqualTo(1);
    }

    private static void expectOk(RequestStatus status) {
        assertThat(status).isEqualTo(RequestStatus.OK);
    }
}
