// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdTableTest {
    private record Entry(int id) implements IdTable.Identified {}

    @Test
    void a_table_does_what_a_map_does() {
        Random random = new Random(7);
        IdTable<Entry> table = new IdTable<>();
        Map<Integer, Entry> model = new HashMap<>();
        for (int step = 0; step < 200_000; step++) {
            // Few IDs, so that removed ones come back, with both signs.
            int id = (random.nextInt(300) - 150) * 0x10001;
            if (random.nextBoolean()) {
                if (!model.containsKey(id)) {
                    Entry entry = new Entry(id);
                    model.put(id, entry);
                    table.put(entry);
                }
            } else {
                model.remove(id);
                table.remove(id);
            }
            assertThat(table.get(id)).isSameAs(model.get(id));
        }
        assertThat(table.size()).isEqualTo(model.size());
        Set<Entry> seen = new HashSet<>();
        table.forEach(entry -> assertThat(seen.add(entry)).isTrue());
        assertThat(seen).isEqualTo(new HashSet<>(model.values()));
    }

    @Test
    void many_entries_are_found() {
        IdTable<Entry> table = new IdTable<>();
        for (int id = 0; id < 65_536; id++) {
            table.put(new Entry(id << 16));
        }
        for (int id = 0; id < 65_536; id++) {
            assertThat(table.get(id << 16).id()).isEqualTo(id << 16);
            assertThat(table.get((id << 16) + 1)).isNull();
        }
    }
}
