// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.ArrayList;
import java.util.List;
import org.viommu.memory.AccessGate;

/**
 * What has been taken away from endpoints and may still be in use by accesses that had begun before.
 *
 * <p>Confined to the {@link SingleWriter}.
 */
final class Revocation {
    private final AccessGate gate;
    private final Invalidations invalidations = new Invalidations();

    /** Tables of domains that have ceased to exist, to be closed when nobody uses them any more. */
    private final List<DomainTable> retired = new ArrayList<>();

    /** Whether something was taken away since the last {@link #settle()}. */
    private boolean underWay;

    /** @param gate that accesses pass */
    Revocation(AccessGate gate) {
        this.gate = gate;
    }

    /** For whoever remembers translations. */
    Invalidations invalidations() {
        return invalidations;
    }

    /** Mappings have been removed from a range of a domain: see {@link #began()}. */
    void removed(Domain domain, long start, long end) {
        invalidations.invalidate(domain.id(), start, end);
        began();
    }

    /** Something has been taken away: accesses that begin from now on do not see it. */
    void began() {
        underWay = true;
    }

    /** A domain has ceased to exist; its table is closed by {@link #settle()}, if a revocation {@linkplain #began began}. */
    void retire(DomainTable table) {
        retired.add(table);
    }

    /** Returns when no access uses any more what was taken away. */
    void settle() {
        if (underWay) {
            gate.awaitQuiescence();
            underWay = false;
            // Most batches retire none, and an iterator for each of them would be waste.
            if (!retired.isEmpty()) {
                retired.forEach(DomainTable::closeQuietly);
                retired.clear();
            }
        }
    }
}
