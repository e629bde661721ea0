// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.health.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.viommu.machine.Machine;
import org.viommu.topology.Problem;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologySource;
import org.viommu.topology.TopologySources;

/**
 * Whether what is known of each machine's topology is of one piece. CRITICAL if devices cannot work as it describes
 * them, WARN for what is unusual, such as sources that contradict each other.
 */
@Component(
        property = {HealthCheck.NAME + "=Viommu topology", HealthCheck.TAGS + "=viommu", HealthCheck.TAGS + "=topology"
        })
public final class TopologyCheck implements HealthCheck {
    private final Map<TopologySource, Map<String, Object>> sources = new ConcurrentHashMap<>();
    private final Map<Machine, String> machines = new ConcurrentHashMap<>();

    /** Called by Declarative Services. */
    @Activate
    public TopologyCheck() {}

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, updated = "bindSource")
    void bindSource(TopologySource source, Map<String, Object> properties) {
        sources.put(source, properties);
    }

    void unbindSource(TopologySource source) {
        sources.remove(source);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindMachine(Machine machine) {
        machines.put(machine, machine.name());
    }

    void unbindMachine(Machine machine) {
        machines.remove(machine);
    }

    @Override
    public Result execute() {
        FormattingResultLog log = new FormattingResultLog();
        // Felix takes a log without an entry for a warning.
        log.info("{} machines", machines.size());
        machines.values().stream().sorted().forEach(machine -> check(machine, log));
        return new Result(log);
    }

    private void check(String machine, FormattingResultLog log) {
        TopologySources merged = new TopologySources(machine);
        sources.forEach(merged::put);
        Topology topology = merged.topology().orElse(null);
        if (topology == null) {
            log.temporarilyUnavailable("{}: no topology source describes it", machine);
            return;
        }
        for (Problem problem : topology.problems()) {
            if (problem.kind().severity() == Problem.Severity.ERROR) {
                log.critical("{}: {}", machine, problem);
            } else {
                log.warn("{}: {}", machine, problem);
            }
        }
    }
}
