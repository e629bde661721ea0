// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.traffic;

import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.viommu.dma.DmaPort;
import org.viommu.driver.DriverException;
import org.viommu.driver.RequestBatch;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * Requests and DMA that go on until stopped. The lower half of the pages stays mapped and is read all the time; the upper half is mapped and unmapped at
 * random. The oracle holds what the guest was told is mapped.
 */
public final class Traffic {
    public static final int DOMAIN = 5;

    private static final int USUAL_MAPPINGS = 20_000;
    private static final int BATCH = 16;
    private static final long BASE = 0x1_0000_0000L;

    private final TestGuest guest;
    private final DmaPort port;
    private final int mappings;
    private final NavigableMap<Long, Long> oracle = new TreeMap<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread requests = new Thread(() -> run(this::request), "requests");
    private final Thread dma = new Thread(() -> run(this::access), "dma");
    private final AtomicReference<Consumer<NavigableMap<Long, Long>>> comparison = new AtomicReference<>();
    private volatile boolean stopped;
    private volatile long rounds;
    private volatile long accesses;

    public Traffic(TestGuest guest, DmaPort port) throws DriverException {
        this(guest, port, USUAL_MAPPINGS);
    }

    /** With so many mappings at most; an even number. */
    public Traffic(TestGuest guest, DmaPort port, int mappings) throws DriverException {
        this.mappings = mappings;
        this.guest = guest;
        this.port = port;
        require(guest.driver().attach(DOMAIN, port.endpoint(), 0));
        for (int page = 0; page < mappings; page++) {
            require(guest.driver()
                    .map(DOMAIN, virtual(page), virtual(page) + TestGuest.PAGE - 1, physical(page), MapFlags.READ));
            oracle.put(virtual(page), physical(page));
        }
        requests.start();
        dma.start();
    }

    /** What must be mapped; only after {@link #end()}. */
    public NavigableMap<Long, Long> oracle() {
        return oracle;
    }

    /** Returns when both threads have gone on after the call, so that whatever was done before was done under load. */
    public void proceed() throws InterruptedException {
        long round = rounds;
        long access = accesses;
        Waiting.until(
                () -> "traffic goes on", () -> failure.get() != null || rounds > round + 1 && accesses > access + 1);
        check();
    }

    /** Has what must be mapped compared, between two batches of requests, and returns when that is done. */
    public void compare(Consumer<NavigableMap<Long, Long>> check) throws InterruptedException {
        comparison.set(check);
        Waiting.until(() -> "all is compared", () -> failure.get() != null || comparison.get() == null);
        check();
    }

    /** Stops and fails if anything went wrong. */
    public void end() throws InterruptedException {
        stop();
        check();
    }

    /** Stops without asking whether anything went wrong; for when something has. */
    public void stop() throws InterruptedException {
        stopped = true;
        requests.join();
        dma.join();
    }

    private void check() {
        if (failure.get() != null) {
            throw new AssertionError("traffic failed", failure.get());
        }
    }

    private void request() throws DriverException {
        SplittableRandom random = new SplittableRandom(7);
        RequestBatch batch = guest.driver().batch(BATCH);
        while (!stopped) {
            for (int i = 0; i < BATCH; i++) {
                int page = random.nextInt(mappings / 2, mappings);
                long start = virtual(page);
                if (oracle.remove(start) != null) {
                    batch.unmap(DOMAIN, start, start + TestGuest.PAGE - 1);
                } else {
                    batch.map(DOMAIN, start, start + TestGuest.PAGE - 1, physical(page), MapFlags.READ);
                    oracle.put(start, physical(page));
                }
            }
            if (batch.flush() != 0) {
                throw new AssertionError("a request was refused");
            }
            rounds = rounds + 1;
            Consumer<NavigableMap<Long, Long>> check = comparison.get();
            if (check != null) {
                check.accept(oracle);
                comparison.set(null);
            }
        }
    }

    private void access() throws AccessFault {
        SplittableRandom random = new SplittableRandom(11);
        while (!stopped) {
            int page = random.nextInt(mappings / 2);
            long read = port.getLong(virtual(page) + 8);
            if (read != physical(page) + 8) {
                throw new AssertionError("DMA to page %d read 0x%x".formatted(page, read));
            }
            accesses = accesses + 1;
        }
    }

    private void run(Work work) {
        try {
            work.run();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
            stopped = true;
        }
    }

    private static long virtual(int page) {
        return BASE + (long) page * TestGuest.PAGE;
    }

    private static long physical(int page) {
        return (long) (page * 31 % TestGuest.PAGES) * TestGuest.PAGE;
    }

    private static void require(RequestStatus status) {
        if (status != RequestStatus.OK) {
            throw new AssertionError("answered " + status);
        }
    }

    private interface Work {
        void run() throws Exception;
    }
}
