// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.resident.ResidentTable;

/** The store that is always there: it takes over when no other is bound. */
final class ResidentStore implements MappingStore {
    @Override
    public String name() {
        return "resident";
    }

    @Override
    public MappingTable open(String device, int domain) {
        return new ResidentTable();
    }
}
