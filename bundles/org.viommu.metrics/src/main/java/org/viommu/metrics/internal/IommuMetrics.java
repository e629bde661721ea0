// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.util.Locale;
import org.viommu.iommu.IommuSnapshot;

/** The metrics of one IOMMU. */
final class IommuMetrics {
    private static final String DEVICE = "device";
    private static final double NANOS = 1e9;

    private final MetricTable table;
    private final IommuSnapshot snapshot;
    private final String device;

    private IommuMetrics(MetricTable table, IommuSnapshot snapshot) {
        this.table = table;
        this.snapshot = snapshot;
        device = snapshot.machine() + "/" + snapshot.name();
    }

    static void add(MetricTable table, IommuSnapshot snapshot) {
        IommuMetrics metrics = new IommuMetrics(table, snapshot);
        metrics.requests();
        metrics.faults();
        metrics.trace();
        metrics.store();
        metrics.size();
    }

    private void requests() {
        snapshot.requests()
                .answered()
                .forEach((type, statuses) -> statuses.forEach((status, count) -> table.count(
                        "viommu_requests_total",
                        "Requests of the guest's driver that were answered.",
                        count,
                        DEVICE,
                        device,
                        "type",
                        lower(type),
                        "status",
                        lower(status))));
        table.count(
                "viommu_requests_unparseable_total",
                "Requests that were too short or outside memory.",
                snapshot.requests().unparseable(),
                DEVICE,
                device);
        table.count(
                "viommu_requests_unknown_total",
                "Requests of a type that does not exist.",
                snapshot.requests().unknown(),
                DEVICE,
                device);
        table.count(
                "viommu_translations_total",
                "Accesses of endpoints that the IOMMU decided on.",
                snapshot.translations(),
                DEVICE,
                device);
    }

    private void trace() {
        table.count(
                "viommu_trace_lost_total",
                "Trace events that came faster than they were taken.",
                snapshot.lostTraceEvents(),
                DEVICE,
                device);
    }

    private void faults() {
        IommuSnapshot.Faults faults = snapshot.faults();
        faults.refused()
                .forEach((reason, count) -> table.count(
                        "viommu_faults_total",
                        "Accesses of endpoints that were refused.",
                        count,
                        DEVICE,
                        device,
                        "reason",
                        lower(reason)));
        report("delivered", faults.reported());
        report("coalesced", faults.coalesced());
        report("dropped", faults.dropped());
        table.gauge(
                "viommu_fault_reports_waiting",
                "Fault reports that wait for a buffer of the driver.",
                faults.waiting(),
                DEVICE,
                device);
    }

    private void report(String outcome, long count) {
        table.count(
                "viommu_fault_reports_total",
                "What has become of refused accesses.",
                count,
                DEVICE,
                device,
                "outcome",
                outcome);
    }

    private void store() {
        IommuSnapshot.Store store = snapshot.store();
        table.gauge(
                "viommu_store_info", "The store that keeps the mappings.", 1, DEVICE, device, "store", store.name());
        table.gauge(
                "viommu_store_degraded",
                "Whether a store is not used or is not what it should be.",
                store.problem().isEmpty() ? 0 : 1,
                DEVICE,
                device);
        table.count(
                "viommu_store_swaps_total", "Moves of the mappings to another store.", store.swaps(), DEVICE, device);
        table.gauge(
                "viommu_store_last_swap_pause_seconds",
                "For how long requests waited in the last move.",
                store.lastPauseNanos() / NANOS,
                DEVICE,
                device);
        table.gauge(
                "viommu_store_last_swap_mappings",
                "Mappings that the last move took over.",
                store.lastMappings(),
                DEVICE,
                device);
    }

    private void size() {
        table.gauge(
                "viommu_driver_active",
                "Whether a driver is at work.",
                snapshot.features().accepted() != 0 ? 1 : 0,
                DEVICE,
                device);
        table.gauge("viommu_domains", "Domains.", snapshot.domains().size(), DEVICE, device);
        table.gauge(
                "viommu_mappings",
                "Mappings of all domains.",
                snapshot.domains().stream()
                        .mapToLong(IommuSnapshot.Domain::mappings)
                        .sum(),
                DEVICE,
                device);
        table.gauge(
                "viommu_endpoints",
                "Endpoints that are attached or have an open port.",
                snapshot.endpoints().size(),
                DEVICE,
                device);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
