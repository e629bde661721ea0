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
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;

/**
 * Whether each IOMMU has a mapping store that is what it should be. WARN if it has to do with the resident one, a store
 * is not used, or a store goes on without its medium.
 */
@Component(property = {HealthCheck.NAME + "=Viommu stores", HealthCheck.TAGS + "=viommu", HealthCheck.TAGS + "=store"})
public final class StoreCheck implements HealthCheck {
    private static final String RESIDENT = "resident";

    @Reference(policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<IommuStatus> iommus = List.of();

    /** Called by Declarative Services. */
    public StoreCheck() {}

    StoreCheck(List<IommuStatus> iommus) {
        this.iommus = iommus;
    }

    @Override
    public Result execute() {
        FormattingResultLog log = new FormattingResultLog();
        // Felix takes a log without an entry for a warning.
        log.info("{} IOMMUs", iommus.size());
        iommus.forEach(it -> check(it.snapshot(), log));
        return new Result(log);
    }

    private static void check(IommuSnapshot snapshot, FormattingResultLog log) {
        String device = snapshot.machine() + "/" + snapshot.name();
        IommuSnapshot.Store store = snapshot.store();
        if (!store.problem().isEmpty()) {
            log.warn("{}: {}", device, store.problem());
        } else if (store.name().equals(RESIDENT)) {
            log.warn("{}: no mapping store is there; the IOMMU keeps its mappings in its own", device);
        } else {
            log.info("{}: mappings are in store '{}'", device, store.name());
        }
    }
}
