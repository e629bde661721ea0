// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.viommu.conformance.Limits;
import org.viommu.conformance.Operation;
import org.viommu.conformance.Oracle;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * Requests that change mappings and an endpoint that uses those that stay, while something is done to the stores: every
 * answer and every mapping is as the oracle says, and no access fails or goes astray.
 */
final class SwapTraffic implements AutoCloseable {
    /** Stays mapped all the time: each word holds its own guest-physical address. */
    static final int STABLE = 1;

    static final int STABLE_PAGES = 2_000;
    private static final long PAGE = 0x1000;
    private static final int MAX_STEPS = 20_000_000;
    private static final Limits LIMITS = new Limits(
            PAGE,
            0,
            -1L,
            0,
            -1,
            IntStream.rangeClosed(TestGuest.ENDPOINT, TestGuest.LAST_ENDPOINT)
                    .boxed()
                    .collect(Collectors.toMap(endpoint -> endpoint, endpoint -> List.of())));

    final TestGuest guest = new TestGuest();
    private Oracle oracle = new Oracle(LIMITS, true);

    /** To be done by the guest between two requests. */
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** Held by the endpoint for each access, and by who takes its mappings away. */
    private final Object access = new Object();

    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile int step;
    private volatile long reads;
    private boolean closed;

    /** Does something to the stores while the traffic runs, then compares everything with the oracle. */
    void during(long seed, Callable<Void> exchange) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            mapStable();
            Future<?> reader = threads.submit(this::readStable);
            Await.until("reads go on", () -> reads > 0 || reader.isDone());
            Future<Void> exchanger = threads.submit(exchange);
            Random random = new Random(seed);
            for (; step < MAX_STEPS && !exchanger.isDone(); step = step + 1) {
                request(random);
                runTasks();
            }
            exchanger.get();
            ended.set(true);
            reader.get();
            for (int domain = STABLE; domain <= STABLE + 3; domain++) {
                assertThat(Mappings.all(guest.status, domain)).isEqualTo(Mappings.of(oracle, domain));
            }
            assertThat(guest.status.snapshot().faults().total()).isZero();
        } finally {
            ended.set(true);
            threads.shutdownNow();
        }
    }

    /** What a snapshot of the device holds now is what the oracle says; for the exchange. */
    void assertSaved() throws Exception {
        atRest(() -> {
            Map<Integer, List<IommuSnapshot.Mapping>> saved = new TreeMap<>();
            for (SavedDomain domain :
                    SavedDeviceReader.read(guest.device.saveState()).domains()) {
                saved.put(domain.id(), Mappings.of(domain));
            }
            for (int domain = STABLE; domain <= STABLE + 3; domain++) {
                assertThat(saved.getOrDefault(domain, List.of())).isEqualTo(Mappings.of(oracle, domain));
            }
            return null;
        });
    }

    /** Resets the device and begins anew, with the same mappings for the endpoint that reads; for the exchange. */
    void reset() throws Exception {
        atRest(() -> {
            synchronized (access) {
                guest.reset();
                oracle = new Oracle(LIMITS, true);
                guest.start(guest.device.features());
                mapStable();
            }
            return null;
        });
    }

    private void atRest(Callable<Void> task) throws Exception {
        FutureTask<Void> future = new FutureTask<>(task);
        tasks.add(future);
        future.get();
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Returns when requests and reads have gone on for a while; for the exchange. */
    void proceed() {
        int steps = step + 200;
        long read = reads + 200;
        Await.until("traffic goes on", () -> step > steps && reads > read);
    }

    void offer(TestStore store, int ranking) {
        guest.stores.offer(store, Map.of("service.ranking", ranking));
    }

    void withdraw(TestStore store) {
        guest.stores.withdraw(store);
        assertThat(store.openTables()).isZero();
    }

    /** Withdraws a store that is in use, or being filled: returns when whoever withdraws it is kept waiting. */
    CompletableFuture<Void> withdrawing(TestStore store) {
        CompletableFuture<Void> withdrawn = new CompletableFuture<>();
        Thread thread = new Thread(() -> withdrawn.completeAsync(
                () -> {
                    withdraw(store);
                    return null;
                },
                Runnable::run));
        thread.start();
        Await.until("the withdrawal waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
        return withdrawn;
    }

    void awaitStore(String name) {
        Await.until(name + " is used", () -> {
            var store = guest.status.snapshot().store();
            return store.name().equals(name) && store.movingTo().isEmpty();
        });
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            guest.close();
        }
    }

    private void mapStable() throws AccessFault {
        attach(STABLE, TestGuest.ENDPOINT);
        for (int i = 0; i < STABLE_PAGES; i++) {
            long physical = TestGuest.DMA_MEMORY + i * PAGE;
            guest.physical().putLong(physical, physical);
            long start = i * 3 * PAGE;
            map(STABLE, start, start + PAGE - 1, physical, MapFlags.READ);
        }
    }

    /** Churns between the stable pages, and in domains that come and go. */
    private void request(Random random) {
        int domain = STABLE + random.nextInt(4);
        int endpoint = TestGuest.ENDPOINT + 1 + random.nextInt(3);
        if (random.nextInt(200) == 0) {
            attach(domain, endpoint);
            return;
        }
        long start = (random.nextInt(STABLE_PAGES) * 3 + 1) * PAGE;
        long end = start + PAGE * (1 + random.nextInt(2)) - 1;
        if (random.nextBoolean()) {
            map(domain, start, end, start, random.nextInt(4));
        } else {
            expect(new Operation.Unmap(domain, start, end), guest.unmap(domain, start, end));
        }
    }

    private Void readStable() throws AccessFault {
        Random random = new Random(1);
        try (DmaPort port = guest.port(TestGuest.ENDPOINT)) {
            while (!ended.get()) {
                int page = random.nextInt(STABLE_PAGES);
                synchronized (access) {
                    assertThat(port.getLong(page * 3 * PAGE)).isEqualTo(TestGuest.DMA_MEMORY + page * PAGE);
                }
                reads = reads + 1;
            }
        }
        return null;
    }

    private void attach(int domain, int endpoint) {
        expect(new Operation.Attach(domain, endpoint, false), guest.attach(domain, endpoint));
    }

    private void map(int domain, long start, long end, long physical, int flags) {
        expect(new Operation.Map(domain, start, end, physical, flags), guest.map(domain, start, end, physical, flags));
    }

    private void expect(Operation request, RequestStatus actual) {
        assertThat(oracle.answers(request)).as("step %d: %s", step, request).contains(actual);
        if (actual == RequestStatus.OK) {
            oracle.apply(request);
        }
    }
}
