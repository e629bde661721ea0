// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.util.Map;
import java.util.TreeMap;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;

/** Shows an IOMMU to JMX; each attribute is read when it is asked for. */
record IommuBean(IommuStatus status) implements IommuMXBean {
    @Override
    public boolean isDriverActive() {
        return status.snapshot().features().accepted() != 0;
    }

    @Override
    public String getStore() {
        return status.snapshot().store().name();
    }

    @Override
    public String getStoreProblem() {
        return status.snapshot().store().problem();
    }

    @Override
    public long getStoreSwaps() {
        return status.snapshot().store().swaps();
    }

    @Override
    public long getLastSwapPauseNanos() {
        return status.snapshot().store().lastPauseNanos();
    }

    @Override
    public int getDomains() {
        return status.snapshot().domains().size();
    }

    @Override
    public long getMappings() {
        return status.snapshot().domains().stream()
                .mapToLong(IommuSnapshot.Domain::mappings)
                .sum();
    }

    @Override
    public int getEndpoints() {
        return status.snapshot().endpoints().size();
    }

    @Override
    public Map<String, Map<String, Long>> getRequests() {
        Map<String, Map<String, Long>> requests = new TreeMap<>();
        status.snapshot().requests().answered().forEach((type, statuses) -> requests.put(type.name(), named(statuses)));
        return requests;
    }

    @Override
    public long getUnparseableRequests() {
        return status.snapshot().requests().unparseable();
    }

    @Override
    public long getUnknownRequests() {
        return status.snapshot().requests().unknown();
    }

    @Override
    public long getTranslations() {
        return status.snapshot().translations();
    }

    @Override
    public long getLostTraceEvents() {
        return status.snapshot().lostTraceEvents();
    }

    @Override
    public Map<String, Long> getFaults() {
        return named(status.snapshot().faults().refused());
    }

    @Override
    public long getDroppedFaultReports() {
        return status.snapshot().faults().dropped();
    }

    private static Map<String, Long> named(Map<? extends Enum<?>, Long> counts) {
        Map<String, Long> named = new TreeMap<>();
        counts.forEach((key, count) -> named.put(key.name(), count));
        return named;
    }
}
