// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;

/** What a store promises about its tables. */
abstract class LifecycleRules extends TableRules {
    LifecycleRules(Supplier<MappingStore> stores) {
        super(stores);
    }

    @Test
    void a_store_has_a_name() {
        assertThat(store().name()).isNotBlank().isEqualTo(store().name());
    }

    @Test
    void tables_know_nothing_of_one_another() {
        Range mine = map(0x1000, 0x1fff);
        MappingTable domain = store().open(DEVICE, 1);
        try (MappingTable last = store().open(DEVICE, -1);
                MappingTable device = store().open("contract-2", 0)) {
            domain.map(0x1000, 0x2fff, 0x7000, 1);
            device.map(0, TOP, 0, 2);

            assertContents(mine);
            assertThat(contents(domain)).containsExactly(new Range(0x1000, 0x2fff, 0x7000, 1));
            assertThat(contents(last)).isEmpty();
            assertThat(contents(device)).containsExactly(new Range(0, TOP, 0, 2));

            domain.close();
            assertContents(mine);
            assertThat(lookup(device, TOP)).isNotNull();
        }
    }

    @Test
    void close_drops_all_mappings() {
        map(0x1000, 0x1fff);
        map(1L << 40, 1L << 41);

        table().close();

        assertThat(lookup(0x1000)).isNull();
        assertThat(lookup(1L << 40)).isNull();
        assertThat(contents(table())).isEmpty();
        assertThat(table().size()).isZero();
    }

    @Test
    void close_may_be_called_again() {
        map(0x1000, 0x1fff);
        table().close();
        table().close();

        assertThat(lookup(0x1000)).isNull();
    }

    @Test
    void a_table_that_is_opened_after_a_close_is_empty() {
        map(0x1000, 0x1fff);
        table().close();

        try (MappingTable again = store().open(DEVICE, 0)) {
            assertThat(contents(again)).isEmpty();
            assertThat(again.size()).isZero();
            assertThat(lookup(again, 0x1000)).isNull();
        }
    }
}
