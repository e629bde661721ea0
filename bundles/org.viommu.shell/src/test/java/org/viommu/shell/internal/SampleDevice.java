// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.topology.ReservedRegion;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;

/** Domain 5 has pages from 0 on and the last page below 2^64; domain 6 is a bypass domain. */
record SampleDevice(String machine) implements IommuStatus {
    static final int MAPPED = 2500;

    private static final long PAGE = 0x1000;
    private static final long HIGHEST = -PAGE;

    @Override
    public IommuSnapshot snapshot() {
        List<ReservedRegion> reserved = List.of(ReservedRegion.parse("0xfee00000:0xfeefffff:1"));
        return new IommuSnapshot(
                machine,
                "iommu0",
                new IommuSnapshot.Features(3, 1),
                PAGE,
                -1,
                false,
                new IommuSnapshot.Requests(
                        Map.of(RequestType.MAP, Map.of(RequestStatus.OK, 5L, RequestStatus.INVAL, 2L)), 0, 0),
                new IommuSnapshot.Faults(Map.of(FaultReason.MAPPING, 4L), 3, 0, 1, 0),
                1000,
                0,
                new IommuSnapshot.Store("radix", "", 3, 100, MAPPED, ""),
                List.of(
                        new IommuSnapshot.Domain(5, false, MAPPED, List.of(0x10)),
                        new IommuSnapshot.Domain(6, true, 0, List.of(0x11))),
                List.of(
                        new IommuSnapshot.Endpoint(0x10, true, true, 5, 1, reserved),
                        new IommuSnapshot.Endpoint(0x11, true, true, 6, 1, List.of()),
                        new IommuSnapshot.Endpoint(0x12, true, false, 0, 1, List.of())));
    }

    @Override
    public List<IommuSnapshot.Mapping> mappings(int domain, long from, int limit) {
        assertThat(limit).isBetween(1, MAX_PAGE);
        return LongStream.concat(LongStream.range(0, MAPPED - 1).map(page -> page * PAGE), LongStream.of(HIGHEST))
                .filter(start -> Long.compareUnsigned(start + PAGE - 1, from) >= 0)
                .limit(limit)
                .mapToObj(start -> new IommuSnapshot.Mapping(
                        start, start + PAGE - 1, 0x8000_0000L + start, MapFlags.READ | MapFlags.WRITE))
                .toList();
    }
}
