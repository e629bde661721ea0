// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.testkit.MappingStoreContract;

class TreeStoreTest extends MappingStoreContract {

    @Override
    protected MappingStore store() {
        return new TreeStore(1 << 22);
    }

    @Override
    protected long bytesPerMapping() {
        return 40;
    }

    @Test
    void the_limit_is_answered_with_no_memory() {
        try (MappingTable table = new TreeStore(2).open("device", 1)) {
            assertThat(table.map(0x1000, 0x1fff, 0, 1)).isEqualTo(MapResult.OK);
            assertThat(table.map(0x2000, 0x2fff, 0, 1)).isEqualTo(MapResult.OK);
            assertThat(table.map(0x3000, 0x3fff, 0, 1)).isEqualTo(MapResult.NO_MEMORY);
            assertThat(table.size()).isEqualTo(2);

            table.unmap(0x1000, 0x1fff);
            assertThat(table.map(0x3000, 0x3fff, 0, 1)).isEqualTo(MapResult.OK);
        }
    }

    @Test
    void a_limit_below_one_is_refused_by_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TreeStore(0))
                .withMessage("org.viommu.mapping.tree: mapping-limit: '0': must be at least 1");
    }
}
