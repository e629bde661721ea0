// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package com.example.viommu.skiplist;

import org.viommu.mapping.MappingStore;
import org.viommu.testkit.MappingStoreContract;

class SkipListStoreTest extends MappingStoreContract {
    @Override
    protected MappingStore store() {
        return new SkipListStore(4_194_304);
    }

    /** The JDK's skip list boxes keys and answers with an entry. */
    @Override
    protected long bytesPerLookup() {
        return 64;
    }
}
