// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.viommu.dma.DmaPort;
import org.viommu.driver.DriverException;
import org.viommu.driver.IommuDriver;
import org.viommu.driver.RequestBatch;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/** A guest that keeps the request queue full, and an endpoint that reads. Every answer and every value is checked. */
final class SwapLoad {
    static final int DOMAIN = 1;

    /** Requests, and reads, that are timed together. */
    static final int TIMED = 64;

    private static final long PAGE = 0x1000;
    private static final long BASE = 0x1_0000_0000L;

    /** Far more than the queue holds: whenever there is room in it, a request waits to go there. */
    private static final int BATCH = 1 << 14;

    /** Pages of guest memory that are mapped, again and again. */
    private static final int FRAMES = 1 << 10;

    private static final int DIGITS = 3;

    private final IommuDriver driver;
    private final DmaPort port;
    private final int mappings;
    private final Histogram quietRequests = new Histogram(DIGITS);
    private final Histogram swappedRequests = new Histogram(DIGITS);
    private final Histogram quietReads = new Histogram(DIGITS);
    private final Histogram swappedReads = new Histogram(DIGITS);
    private final Thread guest = new Thread(() -> run(this::request), "guest");
    private final Thread endpoint = new Thread(() -> run(this::read), "endpoint");
    private volatile boolean counting;
    private volatile boolean swapping;
    private volatile boolean ended;
    private volatile Throwable failure;
    private volatile long requests;
    private volatile long reads;

    SwapLoad(IommuDriver driver, DmaPort port, int mappings) throws DriverException {
        this.driver = driver;
        this.port = port;
        this.mappings = mappings;
        if (driver.attach(DOMAIN, port.endpoint(), 0) != RequestStatus.OK) {
            throw new IllegalStateException("the endpoint cannot be attached");
        }
        RequestBatch batch = driver.batch(BATCH);
        for (int page = 0; page < mappings; page++) {
            batch.map(DOMAIN, start(page), start(page) + PAGE - 1, physical(page), MapFlags.READ);
            if (batch.size() == BATCH || page == mappings - 1) {
                flush(batch);
            }
        }
    }

    void start() {
        guest.start();
        endpoint.start();
    }

    /** From now on what things take is counted. */
    void count() {
        counting = true;
    }

    void countNoMore() {
        counting = false;
    }

    void swapping(boolean on) {
        swapping = on;
    }

    /** Returns when the load has gone on for a while. */
    void proceed() throws InterruptedException {
        long request = requests + 200 * TIMED;
        long read = reads + 200 * TIMED;
        while ((requests < request || reads < read) && failure == null) {
            Thread.sleep(1);
        }
        check();
    }

    void end() throws InterruptedException {
        ended = true;
        guest.join();
        endpoint.join();
        check();
    }

    /** Nanoseconds that {@link #TIMED} requests took to be answered one after the other, in a full queue. */
    Histogram requestTimes(boolean duringSwaps) {
        return duringSwaps ? swappedRequests : quietRequests;
    }

    /** Nanoseconds that {@link #TIMED} reads took. */
    Histogram readTimes(boolean duringSwaps) {
        return duringSwaps ? swappedReads : quietReads;
    }

    long requests() {
        return requests;
    }

    long reads() {
        return reads;
    }

    private void check() {
        if (failure != null) {
            throw new IllegalStateException("the load failed", failure);
        }
    }

    /** Half of the requests unmap, half of them map the same pages again, so that the number of mappings stays. */
    private void request() throws DriverException {
        SplittableRandom random = new SplittableRandom(1);
        RequestBatch batch = driver.batch(BATCH);
        while (!ended) {
            boolean swap = swapping;
            long begin = System.nanoTime();
            for (int i = 0; i < TIMED / 2; i++) {
                int page = random.nextInt(mappings / 2, mappings);
                batch.unmap(DOMAIN, start(page), start(page) + PAGE - 1);
                batch.map(DOMAIN, start(page), start(page) + PAGE - 1, physical(page), MapFlags.READ);
            }
            record(swap ? swappedRequests : quietRequests, swap, begin);
            requests = requests + TIMED;
            if (batch.size() == BATCH) {
                flush(batch);
            }
        }
        flush(batch);
    }

    private void read() throws AccessFault {
        SplittableRandom random = new SplittableRandom(2);
        while (!ended) {
            boolean swap = swapping;
            long begin = System.nanoTime();
            for (int i = 0; i < TIMED; i++) {
                int page = random.nextInt(mappings / 2);
                if (port.getLong(start(page) + Long.BYTES) != physical(page) + Long.BYTES) {
                    throw new IllegalStateException("a read of page " + page + " went astray");
                }
            }
            record(swap ? swappedReads : quietReads, swap, begin);
            reads = reads + TIMED;
        }
    }

    /** What an exchange has begun or ended in the middle of belongs to neither. */
    private void record(Histogram times, boolean swap, long begin) {
        if (counting && swap == swapping) {
            times.recordValue(System.nanoTime() - begin);
        }
    }

    private static void flush(RequestBatch batch) throws DriverException {
        if (batch.flush() != 0) {
            throw new IllegalStateException("a request was refused");
        }
    }

    private void run(Work work) {
        try {
            work.run();
        } catch (Throwable e) {
            failure = e;
            ended = true;
        }
    }

    private static long start(int page) {
        return BASE + page * PAGE;
    }

    private static long physical(int page) {
        return page % FRAMES * PAGE;
    }

    private interface Work {
        void run() throws Exception;
    }
}
