// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingSnapshot;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.SnapshotFault;

/** What a table holds survives as plain data, and data that is not what was written is refused. */
abstract class SnapshotRules extends TableRules {
    SnapshotRules(Supplier<MappingStore> stores) {
        super(stores);
    }

    @Test
    void a_snapshot_restores_the_same_mappings_here_and_in_another_store() throws IOException {
        SplittableRandom random = new SplittableRandom(9);
        for (AddressPattern pattern : AddressPattern.values()) {
            for (int i = 0; i < 300; i++) {
                long start = pattern.start(random);
                long end = start + pattern.length(random) - 1;
                if (Long.compareUnsigned(start, end) <= 0) {
                    table().map(start, end, place(start, end), random.nextInt());
                }
            }
        }
        byte[] snapshot = snapshot();
        OracleTable oracle = new OracleTable();
        try (MappingTable again = store().open(DEVICE, 1)) {
            assertThat(MappingSnapshot.restore(new ByteArrayInputStream(snapshot), again))
                    .isEqualTo(table().size());
            assertThat(MappingSnapshot.restore(new ByteArrayInputStream(snapshot), oracle))
                    .isEqualTo(table().size());
            assertThat(contents(again)).isEqualTo(contents(table()));
            assertThat(contents(oracle)).isEqualTo(contents(table()));
        }
    }

    @Test
    void a_snapshot_of_nothing_is_one() throws IOException {
        byte[] snapshot = snapshot();
        assertThat(MappingSnapshot.restore(new ByteArrayInputStream(snapshot), table()))
                .isZero();
        assertContents();
    }

    @Test
    void a_snapshot_that_is_cut_off_is_refused_wherever_it_ends() throws IOException {
        map(0, 0xfff);
        map(-0x1000, TOP);
        byte[] snapshot = snapshot();
        for (int length = 0; length < snapshot.length; length++) {
            refuse(Arrays.copyOf(snapshot, length));
        }
    }

    @Test
    void a_snapshot_with_a_wrong_byte_is_refused_whichever_it_is() throws IOException {
        map(0, 0xfff);
        map(0x8000, 0x8fff);
        byte[] snapshot = snapshot();
        for (int at = 0; at < snapshot.length; at++) {
            byte[] damaged = snapshot.clone();
            damaged[at] ^= 0x10;
            refuse(damaged);
        }
    }

    @Test
    void a_snapshot_that_does_not_fit_is_refused() throws IOException {
        map(0x1000, 0x1fff);
        byte[] snapshot = snapshot();
        assertThatThrownBy(() -> MappingSnapshot.restore(new ByteArrayInputStream(snapshot), table()))
                .isInstanceOf(SnapshotFault.class)
                .hasMessageContaining("[0x1000..0x1fff]")
                .hasMessageContaining(MapResult.OVERLAP.toString());
    }

    private byte[] snapshot() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(MappingSnapshot.write(table(), bytes)).isEqualTo(table().size());
        return bytes.toByteArray();
    }

    private void refuse(byte[] bytes) {
        try (MappingTable again = store().open(DEVICE, 1)) {
            assertThatThrownBy(() -> MappingSnapshot.restore(new ByteArrayInputStream(bytes), again))
                    .isInstanceOf(SnapshotFault.class);
        }
    }
}
