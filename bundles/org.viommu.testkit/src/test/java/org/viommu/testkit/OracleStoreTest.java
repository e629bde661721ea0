// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;

/** The oracle fulfils the contract itself. */
class OracleStoreTest extends MappingStoreContract {

    @Override
    protected MappingStore store() {
        return new MappingStore() {
            @Override
            public String name() {
                return "oracle";
            }

            @Override
            public MappingTable open(String device, int domain) {
                return new OracleTable();
            }
        };
    }
}
