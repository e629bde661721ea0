// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import org.viommu.machine.FunctionStatus;
import org.viommu.machine.Machine;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DeviceView;

/** The metrics of the functions of one machine: their state and their queues. */
final class FunctionMetrics {
    private static final String DEVICE = "device";

    private FunctionMetrics() {}

    static void add(MetricTable table, Machine machine) {
        for (FunctionStatus function : machine.functions()) {
            String device = machine.name() + "/" + function.name();
            table.gauge(
                    "viommu_function_offered",
                    "Whether the function is offered to the VMM.",
                    function.missing().isEmpty() ? 1 : 0,
                    DEVICE,
                    device);
            machine.view(function.name()).ifPresent(view -> add(table, device, view.device()));
        }
    }

    private static void add(MetricTable table, String device, DeviceView view) {
        table.gauge(
                "viommu_device_needs_reset",
                "Whether the device has broken and waits to be reset.",
                (view.status() & DeviceStatus.NEEDS_RESET) != 0 ? 1 : 0,
                DEVICE,
                device);
        view.queues().forEach(queue -> {
            String index = Integer.toString(queue.index());
            table.gauge(
                    "viommu_queue_enabled",
                    "Whether the driver has enabled the queue.",
                    queue.enabled() ? 1 : 0,
                    DEVICE,
                    device,
                    "queue",
                    index);
            table.count(
                    "viommu_queue_chains_total",
                    "Chains of buffers that the device has taken from the queue.",
                    queue.chains(),
                    DEVICE,
                    device,
                    "queue",
                    index);
            queue.progress()
                    .ifPresent(progress -> table.gauge(
                            "viommu_queue_entries_in_flight",
                            "Entries of the ring that the device holds.",
                            progress.inFlight(),
                            DEVICE,
                            device,
                            "queue",
                            index));
        });
    }
}
