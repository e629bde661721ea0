// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtio.iommu.RequestType;

/** Counts requests. The writer counts, any thread reads. */
final class RequestCounters {
    private static final RequestType[] TYPES = RequestType.values();
    private static final RequestStatus[] STATUSES = RequestStatus.values();
    private static final int UNPARSEABLE = TYPES.length * STATUSES.length;
    private static final int UNKNOWN = UNPARSEABLE + 1;

    private final AtomicLongArray counts = new AtomicLongArray(UNKNOWN + 1);

    void answered(RequestType type, RequestStatus status) {
        count(index(type, status));
    }

    void unparseable() {
        count(UNPARSEABLE);
    }

    void unknown() {
        count(UNKNOWN);
    }

    IommuSnapshot.Requests snapshot() {
        Map<RequestType, Map<RequestStatus, Long>> answered = new EnumMap<>(RequestType.class);
        for (RequestType type : TYPES) {
            Map<RequestStatus, Long> byStatus = new EnumMap<>(RequestStatus.class);
            for (RequestStatus status : STATUSES) {
                long count = counts.getOpaque(index(type, status));
                if (count > 0) {
                    byStatus.put(status, count);
                }
            }
            if (!byStatus.isEmpty()) {
                answered.put(type, Map.copyOf(byStatus));
            }
        }
        return new IommuSnapshot.Requests(answered, counts.getOpaque(UNPARSEABLE), counts.getOpaque(UNKNOWN));
    }

    /** There is one writer, so this needs no atomic addition. */
    private void count(int index) {
        counts.setOpaque(index, counts.getPlain(index) + 1);
    }

    private static int index(RequestType type, RequestStatus status) {
        return type.ordinal() * STATUSES.length + status.ordinal();
    }
}
