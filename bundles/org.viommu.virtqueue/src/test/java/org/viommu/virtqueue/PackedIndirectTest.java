// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;
import static org.viommu.virtqueue.MemoryRig.assertFault;
import static org.viommu.virtqueue.PackedRig.AVAILABLE_1;
import static org.viommu.virtqueue.PackedRig.INDIRECT;
import static org.viommu.virtqueue.PackedRig.NEXT;
import static org.viommu.virtqueue.PackedRig.WRITE;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.virtqueue.RingFault.Kind;

/** Rule P4: indirect tables of packed rings as the device sees them (virtio 1.4, 2.8.7). */
class PackedIndirectTest {
    private static final int SIZE = 4;
    private static final long TABLE = BUFFERS + 0x1_0008;

    private final PackedRig rig = new PackedRig(SIZE);
    private final DeviceQueue queue = rig.device(RingFeatures.INDIRECT_DESC);
    private final Chain chain = new Chain();

    PackedIndirectTest() throws RingFault {}

    @Test
    void P4_table_lists_its_pieces_one_after_the_other() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, 0, 0)
                .tableEntry(TABLE, 1, BUFFERS + 0x100, 4, 0, 0)
                .tableEntry(TABLE, 2, BUFFERS + 0x200, 8, 0, WRITE)
                .descriptor(0, TABLE, 3 * 16, 3, AVAILABLE_1 | INDIRECT);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.id()).isEqualTo(3);
        assertThat(chain.readableLength()).isEqualTo(8);
        assertThat(chain.writableLength()).isEqualTo(8);
    }

    @Test
    void P4_other_flags_and_identifiers_in_a_table_are_ignored() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, 9, 0xffff & ~WRITE)
                .tableEntry(TABLE, 1, BUFFERS, 8, 9, 0xffff)
                .descriptor(0, TABLE, 32, 1, AVAILABLE_1 | INDIRECT);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.id()).isEqualTo(1);
        assertThat(chain.readableLength()).isEqualTo(4);
        assertThat(chain.writableLength()).isEqualTo(8);
    }

    @Test
    void P4_direct_and_indirect_chains_take_turns_in_a_ring() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, 0, 0)
                .tableEntry(TABLE, 1, BUFFERS, 4, 0, WRITE)
                .descriptor(0, TABLE, 32, 0, AVAILABLE_1 | INDIRECT)
                .descriptor(1, BUFFERS, 1, 1, AVAILABLE_1 | NEXT)
                .descriptor(2, BUFFERS, 1, 1, AVAILABLE_1 | WRITE)
                .descriptor(3, TABLE, 16, 2, AVAILABLE_1 | INDIRECT);

        for (int id = 0; id < 3; id++) {
            assertThat(queue.pop(chain)).isTrue();
            assertThat(chain.id()).isEqualTo(id);
            queue.push(chain, 0);
        }
        queue.publish();
        assertThat(rig.id(0)).isZero();
        assertThat(rig.id(1)).isEqualTo(1);
        assertThat(rig.id(3)).isEqualTo(2);
    }

    @Test
    void P4_write_flag_on_the_tables_descriptor_is_ignored() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, 0, 0).descriptor(0, TABLE, 16, 0, AVAILABLE_1 | INDIRECT | WRITE);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readableLength()).isEqualTo(4);
    }

    @Test
    void P4_table_must_be_negotiated() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, 0, 0).descriptor(0, TABLE, 16, 0, AVAILABLE_1 | INDIRECT);

        assertFault(() -> rig.device(RingFeatures.EVENT_IDX).pop(chain), Kind.BAD_INDIRECT);
    }

    @Test
    void P4_table_must_be_alone_in_its_chain() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, 0, 0).descriptor(0, TABLE, 16, 0, AVAILABLE_1 | INDIRECT | NEXT);
        assertFault(() -> queue.pop(chain), Kind.BAD_INDIRECT);

        rig.descriptor(0, BUFFERS, 4, 0, AVAILABLE_1 | NEXT).descriptor(1, TABLE, 16, 0, AVAILABLE_1 | INDIRECT);
        assertFault(() -> queue.pop(chain), Kind.BAD_INDIRECT);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 15, 17, 24, 0x10_0010, 0xffff_fff0L})
    void P4_length_must_be_a_multiple_of_16(long length) throws Exception {
        rig.descriptor(0, TABLE, length, 0, AVAILABLE_1 | INDIRECT);

        assertFault(() -> queue.pop(chain), Kind.BAD_INDIRECT_LENGTH);
    }

    @Test
    void P4_table_is_not_longer_than_the_queue() throws Exception {
        for (int i = 0; i <= SIZE; i++) {
            rig.tableEntry(TABLE, i, BUFFERS, 1, 0, 0);
        }
        rig.descriptor(0, TABLE, 16 * SIZE, 0, AVAILABLE_1 | INDIRECT)
                .descriptor(1, TABLE, 16 * (SIZE + 1), 0, AVAILABLE_1 | INDIRECT);
        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readableLength()).isEqualTo(SIZE);

        assertFault(() -> queue.pop(chain), Kind.CHAIN_LOOP);
    }

    @Test
    void P4_table_outside_memory_is_the_queues_fault() throws Exception {
        rig.descriptor(0, 0x1000, 16, 0, AVAILABLE_1 | INDIRECT);
        assertFault(() -> queue.pop(chain), Kind.RING_OUTSIDE_MEMORY);

        rig.descriptor(0, -16, 32, 0, AVAILABLE_1 | INDIRECT);
        assertFault(() -> queue.pop(chain), Kind.RING_OUTSIDE_MEMORY);
    }
}
