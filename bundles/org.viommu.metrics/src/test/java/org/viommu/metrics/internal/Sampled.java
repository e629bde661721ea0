// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.util.List;
import java.util.Map;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;

/** A device that always says the same. */
record Sampled(String machine) implements IommuStatus {
    static final long BILLIONS = 9_007_199_254_740_992L;

    @Override
    public IommuSnapshot snapshot() {
        return new IommuSnapshot(
                machine,
                "iommu0",
                new IommuSnapshot.Features(7, 7),
                0x1000,
                -1,
                false,
                new IommuSnapshot.Requests(
                        Map.of(
                                RequestType.MAP, Map.of(RequestStatus.OK, BILLIONS, RequestStatus.INVAL, 3L),
                                RequestType.UNMAP, Map.of(RequestStatus.OK, 4L)),
                        5,
                        6),
                new IommuSnapshot.Faults(Map.of(FaultReason.MAPPING, 11L), 7, 3, 1, 2),
                1234,
                8,
                new IommuSnapshot.Store("radix", "", 2, 500_000, 99, "store 'tree' is not used: full"),
                List.of(
                        new IommuSnapshot.Domain(1, false, 10, List.of(16)),
                        new IommuSnapshot.Domain(2, false, 20, List.of())),
                List.of(new IommuSnapshot.Endpoint(16, true, true, 1, 1, List.of())));
    }

    @Override
    public List<IommuSnapshot.Mapping> mappings(int domain, long from, int limit) {
        return List.of();
    }
}
