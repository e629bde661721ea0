// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.conformance.Limits;
import org.viommu.conformance.Operation;
import org.viommu.conformance.Oracle;
import org.viommu.dma.DmaPort;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * Swaps stores again and again while requests change mappings and an endpoint uses those that stay: every answer and
 * every mapping is as the oracle says, and no access fails or goes astray.
 */
class SwapTrafficTest {
    private static final long PAGE = 0x1000;
    private static final int SWAPS = 30;
    private static final int MAX_STEPS = 2_000_000;

    /** Stays mapped all the time: each word holds its own guest-physical address. */
    private static final int STABLE = 1;

    private static final int STABLE_PAGES = 2_000;
    private static final Limits LIMITS = new Limits(
            PAGE,
            0,
            -1L,
            0,
            -1,
            IntStream.rangeClosed(TestGuest.ENDPOINT, TestGuest.LAST_ENDPOINT)
                    .boxed()
                    .collect(Collectors.toMap(endpoint -> endpoint, endpoint -> List.of())));

    private final TestGuest guest = new TestGuest();
    private final Oracle oracle = new Oracle(LIMITS, true);
    private final AtomicBoolean ended = new AtomicBoolean();

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void nothing_is_lost_and_nothing_fails(long seed) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            mapStable();
            Future<Long> reader = threads.submit(this::readStable);
            Future<?> swapper = threads.submit(this::swap);
            Random random = new Random(seed);
            for (int step = 0; step < MAX_STEPS && !swapper.isDone(); step++) {
                request(random, step);
            }
            swapper.get();
            ended.set(true);
            assertThat(reader.get()).isPositive();
            for (int domain = STABLE; domain <= STABLE + 3; domain++) {
                assertThat(Mappings.all(guest.status, domain)).isEqualTo(Mappings.of(oracle, domain));
            }
            assertThat(guest.status.snapshot().store().swaps()).isGreaterThanOrEqualTo(SWAPS);
            assertThat(guest.status.snapshot().faults().total()).isZero();
        } finally {
            ended.set(true);
            threads.shutdownNow();
            guest.close();
        }
    }

    private void mapStable() throws AccessFault {
        attach(STABLE, TestGuest.ENDPOINT, 0);
        for (int i = 0; i < STABLE_PAGES; i++) {
            long physical = TestGuest.DMA_MEMORY + i * PAGE;
            guest.physical().putLong(physical, physical);
            long start = i * 3 * PAGE;
            map(STABLE, start, start + PAGE - 1, physical, MapFlags.READ, i);
        }
    }

    /** Churns between the stable pages, and in domains that come and go. */
    private void request(Random random, int step) {
        int domain = STABLE + random.nextInt(4);
        int endpoint = TestGuest.ENDPOINT + 1 + random.nextInt(3);
        if (random.nextInt(200) == 0) {
            attach(domain, endpoint, step);
            return;
        }
        long start = (random.nextInt(STABLE_PAGES) * 3 + 1) * PAGE;
        long end = start + PAGE * (1 + random.nextInt(2)) - 1;
        if (random.nextBoolean()) {
            map(domain, start, end, start, random.nextInt(4), step);
        } else {
            expect(new Operation.Unmap(domain, start, end), guest.unmap(domain, start, end), step);
        }
    }

    private long readStable() throws AccessFault {
        long reads = 0;
        Random random = new Random(1);
        try (DmaPort port = guest.port(TestGuest.ENDPOINT)) {
            while (!ended.get()) {
                int page = random.nextInt(STABLE_PAGES);
                assertThat(port.getLong(page * 3 * PAGE)).isEqualTo(TestGuest.DMA_MEMORY + page * PAGE);
                reads++;
            }
        }
        return reads;
    }

    /** Replaces stores in each order that a framework may choose. */
    private void swap() {
        TestStore present = null;
        for (int i = 0; i < SWAPS; i++) {
            TestStore next = new TestStore("store" + i);
            switch (i % 3) {
                case 0 -> {
                    offer(next, i);
                    withdraw(present);
                }
                case 1 -> {
                    withdraw(present);
                    offer(next, i);
                }
                default -> {
                    offer(next, i);
                    awaitStore(next);
                    withdraw(present);
                }
            }
            awaitStore(next);
            present = next;
        }
        withdraw(present);
    }

    private void offer(TestStore store, int ranking) {
        guest.stores.offer(store, Map.of("service.ranking", ranking));
    }

    private void withdraw(TestStore store) {
        if (store != null) {
            guest.stores.withdraw(store);
            assertThat(store.openTables()).isZero();
        }
    }

    private void awaitStore(TestStore store) {
        Await.until(store.name(), () -> guest.status.snapshot().store().name().equals(store.name()));
    }

    private void attach(int domain, int endpoint, int step) {
        expect(new Operation.Attach(domain, endpoint, false), guest.attach(domain, endpoint), step);
    }

    private void map(int domain, long start, long end, long physical, int flags, int step) {
        expect(
                new Operation.Map(domain, start, end, physical, flags),
                guest.map(domain, start, end, physical, flags),
                step);
    }

    private void expect(Operation request, RequestStatus actual, int step) {
        assertThat(oracle.answers(request)).as("step %d: %s", step, request).contains(actual);
        if (actual == RequestStatus.OK) {
            oracle.apply(request);
        }
    }
}
