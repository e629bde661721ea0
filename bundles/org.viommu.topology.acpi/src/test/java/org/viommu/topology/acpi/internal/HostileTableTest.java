// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.acpi.ViotLayout;

class HostileTableTest {
    private static final List<byte[]> SEEDS = List.of(Tables.Q35, Tables.ARM_VIRT, Tables.TEMPLATE);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void damaged_table_gives_a_topology_or_a_format_exception_and_nothing_else(long seed) {
        Random random = new Random(seed);
        int read = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] table = SEEDS.get(random.nextInt(SEEDS.size())).clone();
            for (int i = random.nextInt(6); i >= 0; i--) {
                int position = random.nextInt(table.length);
                table[position] = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(8) - 1);
            }
            read += isRead(random.nextInt(8) == 0 ? table : Tables.sealed(table)) ? 1 : 0;
        }
        assertThat(read).as("the damage is not always fatal").isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void random_nodes_behind_a_sound_header_give_a_topology_or_a_format_exception(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            byte[] table = new byte[ViotLayout.HEADER_SIZE + random.nextInt(400)];
            random.nextBytes(table);
            for (int i = ViotLayout.HEADER_SIZE; i < table.length; i += 8) {
                table[i] = (byte) random.nextInt(6);
            }
            isRead(sealed(table, random.nextInt(12)));
        }
    }

    @Test
    void as_many_nodes_as_can_be_counted_that_all_cover_one_another_are_read_and_judged() {
        int count = 0xffff;
        byte[] table =
                new byte[ViotLayout.HEADER_SIZE + ViotLayout.VIRTIO_PCI_SIZE + (count - 1) * ViotLayout.PCI_RANGE_SIZE];
        System.arraycopy(Tables.Q35, ViotLayout.HEADER_SIZE, table, ViotLayout.HEADER_SIZE, ViotLayout.VIRTIO_PCI_SIZE);
        int first = ViotLayout.HEADER_SIZE + ViotLayout.VIRTIO_PCI_SIZE;
        for (int i = 0; i < count - 1; i++) {
            System.arraycopy(
                    Tables.Q35, first, table, first + i * ViotLayout.PCI_RANGE_SIZE, ViotLayout.PCI_RANGE_SIZE);
        }
        assertThat(isRead(sealed(table, count))).isTrue();
    }

    private static byte[] sealed(byte[] table, int count) {
        System.arraycopy(Tables.Q35, 0, table, 0, ViotLayout.HEADER_SIZE);
        ByteBuffer view = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        view.putInt(ViotLayout.LENGTH, table.length);
        view.putShort(ViotLayout.NODE_COUNT, (short) count);
        return Tables.sealed(table);
    }

    /** Reads and judges a table; whatever else than the one exception it causes fails the test. */
    private static boolean isRead(byte[] table) {
        try {
            Topology topology = new ViotReader().read(table);
            assertThat(topology.problems()).doesNotContainNull();
            assertThat(topology.toString()).isNotEmpty();
            return true;
        } catch (TopologyFormatException e) {
            assertThat(e.offset()).isBetween(0L, (long) table.length);
            return false;
        }
    }
}
