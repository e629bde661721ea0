// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;

import java.util.List;
import java.util.Map;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/** A guest with some thousand mappings, and two stores that may take them over. */
final class SwapFixture implements AutoCloseable {
    static final int READ_WRITE = MapFlags.READ | MapFlags.WRITE;
    static final long PAGE = 0x1000;
    static final int MAPPINGS = 10_000;

    final TestGuest guest = new TestGuest();
    final TestStore first = new TestStore("first");
    final TestStore second = new TestStore("second");

    @Override
    public void close() {
        first.release();
        second.release();
        guest.close();
    }

    /** Maps every other page. */
    void fill(int domain, int endpoint) {
        assertThat(guest.attach(domain, endpoint)).isEqualTo(RequestStatus.OK);
        for (int i = 0; i < MAPPINGS; i++) {
            long start = 2 * i * PAGE;
            assertThat(guest.map(domain, start, start + PAGE - 1, DMA_MEMORY + i % 3000 * PAGE, READ_WRITE))
                    .isEqualTo(RequestStatus.OK);
        }
    }

    void offer(TestStore store, int ranking) {
        guest.stores.offer(store, Map.of("service.ranking", ranking));
    }

    void awaitStore(String name) {
        Await.until(name + " is used", () -> store().name().equals(name));
    }

    IommuSnapshot.Store store() {
        return guest.status.snapshot().store();
    }

    List<IommuSnapshot.Mapping> all(int domain) {
        return Mappings.all(guest.status, domain);
    }
}
