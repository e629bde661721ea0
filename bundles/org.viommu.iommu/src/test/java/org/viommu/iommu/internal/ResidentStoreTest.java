// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.viommu.mapping.MappingStore;
import org.viommu.testkit.MappingStoreContract;

class ResidentStoreTest extends MappingStoreContract {
    @Override
    protected MappingStore store() {
        return new ResidentStore();
    }
}
