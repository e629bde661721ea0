// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.viommu.driver.IommuDriver;
import org.viommu.driver.RequestBatch;
import org.viommu.itest.traffic.Waiting;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/** A guest that maps and unmaps at random until it is stopped. The oracle holds what it was told is mapped. */
final class MappingTraffic {
    static final int DOMAIN = 5;
    static final int MAPPINGS = 2_000;

    private static final int BATCH = 16;
    private static final long PAGE = 4096;
    private static final long BASE = 0x1_0000_0000L;

    private final IommuDriver driver;
    private final NavigableSet<Long> oracle = new TreeSet<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run, "requests");
    private volatile boolean stopped;
    private volatile long rounds;

    MappingTraffic(IommuDriver driver, int endpoint) throws Exception {
        this.driver = driver;
        if (driver.attach(DOMAIN, endpoint, 0) != RequestStatus.OK) {
            throw new AssertionError("not attached");
        }
        thread.start();
    }

    /** The first addresses of what must be mapped, in order; only after {@link #end()}. */
    List<Long> oracle() {
        return new ArrayList<>(oracle);
    }

    /** Returns after so many requests that about half of all pages are mapped. */
    void proceed() throws InterruptedException {
        long round = rounds;
        Waiting.until(() -> "traffic goes on", () -> failure.get() != null || rounds > round + MAPPINGS / BATCH);
        check();
    }

    void end() throws InterruptedException {
        stop();
        check();
    }

    void stop() throws InterruptedException {
        stopped = true;
        thread.join();
    }

    private void check() {
        if (failure.get() != null) {
            throw new AssertionError("traffic failed", failure.get());
        }
    }

    private void run() {
        SplittableRandom random = new SplittableRandom(7);
        try {
            RequestBatch batch = driver.batch(BATCH);
            while (!stopped) {
                for (int i = 0; i < BATCH; i++) {
                    long start = BASE + random.nextInt(MAPPINGS) * PAGE;
                    if (oracle.remove(start)) {
                        batch.unmap(DOMAIN, start, start + PAGE - 1);
                    } else {
                        batch.map(DOMAIN, start, start + PAGE - 1, start & 0xffff, MapFlags.READ);
                        oracle.add(start);
                    }
                }
                if (batch.flush() != 0) {
                    throw new AssertionError("a request was refused");
                }
                rounds = rounds + 1;
            }
        } catch (Throwable e) {
            failure.set(e);
        }
    }
}
