// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.RingRig.BUFFERS;
import static org.viommu.virtqueue.RingRig.INDIRECT;
import static org.viommu.virtqueue.RingRig.NEXT;
import static org.viommu.virtqueue.RingRig.WRITE;
import static org.viommu.virtqueue.RingRig.assertFault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.virtqueue.RingFault.Kind;

/** Rule S5: indirect tables as the device sees them (virtio 1.4, 2.7.5.3). */
class IndirectTest {
    private static final int SIZE = 4;
    private static final long TABLE = BUFFERS + 0x1_0008;

    private final RingRig rig = new RingRig(SIZE);
    private final DeviceQueue queue = rig.device(RingFeatures.INDIRECT_DESC);
    private final Chain chain = new Chain();

    IndirectTest() throws RingFault {}

    @Test
    void S5_table_lists_readable_and_writable_pieces() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, NEXT, 2)
                .tableEntry(TABLE, 2, BUFFERS + 0x100, 4, NEXT, 1)
                .tableEntry(TABLE, 1, BUFFERS + 0x200, 8, WRITE, 0)
                .descriptor(3, TABLE, 3 * 16, INDIRECT, 0)
                .offer(3);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.id()).isEqualTo(3);
        assertThat(chain.readableLength()).isEqualTo(8);
        assertThat(chain.writableLength()).isEqualTo(8);
    }

    @Test
    void S5_direct_descriptors_may_precede_the_table() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS + 8, 8, WRITE, 0)
                .descriptor(0, BUFFERS, 4, NEXT, 1)
                .descriptor(1, BUFFERS + 4, 4, NEXT, 2)
                .descriptor(2, TABLE, 16, INDIRECT, 0)
                .offer(0);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readableLength()).isEqualTo(8);
        assertThat(chain.writableLength()).isEqualTo(8);
    }

    @Test
    void S5_write_flag_on_the_tables_descriptor_is_ignored() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, 0, 0)
                .descriptor(0, TABLE, 16, INDIRECT | WRITE, 0)
                .offer(0);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readableLength()).isEqualTo(4);
        assertThat(chain.writableLength()).isZero();
    }

    @Test
    void S5_table_must_be_negotiated() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, 0, 0)
                .descriptor(0, TABLE, 16, INDIRECT, 0)
                .offer(0);

        assertFault(() -> rig.device(RingFeatures.EVENT_IDX).pop(chain), Kind.BAD_INDIRECT);
    }

    @Test
    void S5_table_must_not_be_nested() throws Exception {
        rig.tableEntry(TABLE, 0, TABLE, 16, INDIRECT, 0)
                .descriptor(0, TABLE, 16, INDIRECT, 0)
                .offer(0);

        assertFault(() -> queue.pop(chain), Kind.BAD_INDIRECT);
    }

    @Test
    void S5_table_must_be_the_last_of_its_chain() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, 0, 0)
                .descriptor(0, TABLE, 16, INDIRECT | NEXT, 1)
                .descriptor(1, BUFFERS, 4, WRITE, 0)
                .offer(0);

        assertFault(() -> queue.pop(chain), Kind.BAD_INDIRECT);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 15, 17, 24, 0x10_0010, 0xffff_fff0L})
    void S5_length_must_be_a_multiple_of_16_that_can_be_chained(long length) throws Exception {
        rig.descriptor(0, TABLE, length, INDIRECT, 0).offer(0);

        assertFault(() -> queue.pop(chain), Kind.BAD_INDIRECT_LENGTH);
    }

    @Test
    void S5_next_must_stay_in_the_table() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, NEXT, 2)
                .descriptor(0, TABLE, 32, INDIRECT, 0)
                .offer(0);

        assertFault(() -> queue.pop(chain), Kind.DESCRIPTOR_OUT_OF_RANGE);
    }

    @Test
    void S5_table_may_be_longer_than_its_chain() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, NEXT, 100)
                .tableEntry(TABLE, 100, BUFFERS, 4, 0, 0)
                .descriptor(0, TABLE, 0x10_0000, INDIRECT, 0)
                .offer(0);

        assertThat(queue.pop(chain)).isTrue();
        assertThat(chain.readableLength()).isEqualTo(8);
    }

    @Test
    void S5_chain_in_a_table_is_not_longer_than_the_queue() throws Exception {
        for (int i = 0; i <= SIZE; i++) {
            rig.tableEntry(TABLE, i, BUFFERS, 4, i < SIZE - 1 ? NEXT : 0, i + 1);
        }
        rig.descriptor(0, TABLE, 16 * (SIZE + 1), INDIRECT, 0).offer(0);
        assertThat(queue.pop(chain)).isTrue();

        rig.tableEntry(TABLE, SIZE - 1, BUFFERS, 4, NEXT, SIZE).offer(0);
        assertFault(() -> queue.pop(chain), Kind.CHAIN_LOOP);
    }

    @Test
    void S5_loop_in_a_table_is_found() throws Exception {
        rig.tableEntry(TABLE, 0, BUFFERS, 4, NEXT, 0)
                .descriptor(0, TABLE, 16, INDIRECT, 0)
                .offer(0);

        assertFault(() -> queue.pop(chain), Kind.CHAIN_LOOP);
    }

    @Test
    void S5_table_outside_memory_is_the_queues_fault() throws Exception {
        rig.descriptor(0, 0x1000, 16, INDIRECT, 0)
                .descriptor(1, -16, 32, INDIRECT, 0)
                .offer(0);
        assertFault(() -> queue.pop(chain), Kind.RING_OUTSIDE_MEMORY);

        RingRig other = new RingRig(SIZE);
        other.descriptor(0, -16, 32, INDIRECT, 0).offer(0);
        assertFault(() -> other.device(RingFeatures.INDIRECT_DESC).pop(chain), Kind.RING_OUTSIDE_MEMORY);
    }
}
