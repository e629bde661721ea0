// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.health.internal;

import java.util.List;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.viommu.machine.FunctionStatus;
import org.viommu.machine.Machine;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DeviceView;

/**
 * Whether each function of each machine is offered and works. TEMPORARILY_UNAVAILABLE while a part is missing, CRITICAL
 * if the device has broken and waits for its driver to reset it.
 */
@Component(
        property = {HealthCheck.NAME + "=Viommu functions", HealthCheck.TAGS + "=viommu", HealthCheck.TAGS + "=device"})
public final class FunctionCheck implements HealthCheck {
    @Reference(policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<Machine> machines = List.of();

    /** Called by Declarative Services. */
    public FunctionCheck() {}

    FunctionCheck(List<Machine> machines) {
        this.machines = machines;
    }

    @Override
    public Result execute() {
        FormattingResultLog log = new FormattingResultLog();
        // Felix takes a log without an entry for a warning.
        log.info("{} machines", machines.size());
        for (Machine machine : machines) {
            machine.functions().forEach(it -> check(machine, it, log));
        }
        return new Result(log);
    }

    private static void check(Machine machine, FunctionStatus function, FormattingResultLog log) {
        String device = machine.name() + "/" + function.name();
        if (function.missing().isPresent()) {
            log.temporarilyUnavailable("{}: {}", device, function.missing().get());
            return;
        }
        String fault = machine.view(function.name())
                .map(it -> it.device())
                .filter(it -> (it.status() & DeviceStatus.NEEDS_RESET) != 0)
                .map(DeviceView::fault)
                .orElse(null);
        if (fault != null) {
            log.critical("{}: it needs a reset: {}", device, fault);
        } else {
            log.info("{}: offered", device);
        }
    }
}
