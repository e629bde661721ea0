// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import java.util.SplittableRandom;
import org.viommu.driver.DriverException;
import org.viommu.driver.IommuDriver;
import org.viommu.driver.RequestBatch;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * The guest's requests: fills an address space page by page, and then unmaps and maps pages of its upper half at random for ever. The lower half stays as it
 * is, for DMA.
 */
final class RequestLoad extends Load {
    private static final int BATCH = 32;
    private static final int DOMAIN = 1;
    private static final long SEED = 0x10b0;

    private final IommuDriver driver;
    private final RequestBatch batch;
    private final AddressPlan plan;
    private final SplittableRandom random = new SplittableRandom(SEED);

    RequestLoad(IommuDriver driver, AddressPlan plan) {
        super("guest-requests");
        this.driver = driver;
        this.plan = plan;
        this.batch = driver.batch(2 * BATCH);
    }

    /** Attaches all endpoints and maps all pages; on the caller's thread, before the load starts. */
    void prepare() throws DriverException {
        for (int i = 0; i < DemoMachine.ENDPOINTS; i++) {
            int endpoint = DemoMachine.endpoint(i);
            driver.probe(endpoint);
            require(driver.attach(DOMAIN, endpoint, 0), "ATTACH of endpoint " + endpoint);
        }
        for (int page = 0; page < plan.mappings(); page++) {
            map(page);
            if (batch.size() == batch.capacity()) {
                flush();
            }
        }
        flush();
    }

    @Override
    void step() throws DriverException {
        int half = plan.mappings() / 2;
        for (int i = 0; i < BATCH; i++) {
            int page = half + random.nextInt(half);
            long start = plan.virtual(page);
            batch.unmap(DOMAIN, start, start + InProcessGuest.PAGE - 1);
            map(page);
        }
        flush();
        count(2L * BATCH);
    }

    private void map(int page) throws DriverException {
        long start = plan.virtual(page);
        batch.map(DOMAIN, start, start + InProcessGuest.PAGE - 1, plan.physical(page), MapFlags.READ | MapFlags.WRITE);
    }

    private void flush() throws DriverException {
        for (int refused = batch.flush(), i = 0; refused > 0; i++) {
            if (batch.status(i) != RequestStatus.OK) {
                refused--;
                require(batch.status(i), "request " + i + " of a batch");
            }
        }
    }

    private void require(RequestStatus status, String what) {
        if (status != RequestStatus.OK) {
            fail(what + " answered " + status);
        }
    }
}
