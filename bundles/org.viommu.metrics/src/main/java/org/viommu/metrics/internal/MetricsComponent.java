// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.viommu.iommu.IommuStatus;
import org.viommu.machine.Machine;
import org.viommu.metrics.Metric;
import org.viommu.metrics.Metrics;

/** Reads the metrics of what is there. */
@Component
public final class MetricsComponent implements Metrics {
    @Reference(policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<IommuStatus> iommus = List.of();

    @Reference(policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<Machine> machines = List.of();

    /** Called by Declarative Services. */
    public MetricsComponent() {}

    MetricsComponent(List<IommuStatus> iommus, List<Machine> machines) {
        this.iommus = iommus;
        this.machines = machines;
    }

    @Override
    public List<Metric> snapshot() {
        MetricTable table = new MetricTable();
        iommus.forEach(iommu -> IommuMetrics.add(table, iommu.snapshot()));
        machines.forEach(machine -> FunctionMetrics.add(table, machine));
        return table.list();
    }
}
