// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.viommu.virtqueue.MemoryRig.BASE;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;
import static org.viommu.virtqueue.MemoryRig.MEMORY_SIZE;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryRegion;

/** The usual chain, a request and an answer in one window of memory: as any other chain, and good in any view. */
class ChainPairTest {
    private final MemoryRig rig = new MemoryRig(8);
    private final ChainBatch batch = new ChainBatch(4);
    private final Chain chain = batch.chain(0);

    private void pop(long layout) throws Exception {
        DriverQueue driver = rig.driver(layout);
        driver.add(new long[] {BUFFERS, 36, BUFFERS + 48, 12}, 1);
        driver.add(new long[] {BUFFERS, 36, BUFFERS + 48, 12}, 1);
        driver.publish();
        DeviceQueue device = rig.device(layout);
        // The first chain shows where buffers are, the second is the pair.
        ChainBatch first = new ChainBatch(1);
        assertThat(device.pop(first)).isEqualTo(1);
        assertThat(device.pop(batch)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void every_operation_reaches_its_parts(long layout) throws Exception {
        pop(layout);
        rig.access.putLong(BUFFERS + 28, 0x1122_3344_5566_7788L);
        rig.access.enter();
        assertThat(chain.readableLength()).isEqualTo(36);
        assertThat(chain.writableLength()).isEqualTo(12);
        assertThat(chain.readByte(35)).isEqualTo((byte) 0x11);
        assertThat(chain.readShort(34)).isEqualTo((short) 0x1122);
        assertThat(chain.readInt(32)).isEqualTo(0x1122_3344);
        assertThat(chain.readLong(28)).isEqualTo(0x1122_3344_5566_7788L);
        ByteBuffer target = ByteBuffer.allocate(36);
        chain.read(0, target);
        assertThat(target.get(28)).isEqualTo((byte) 0x88);
        chain.writeLong(4, -1);
        chain.writeInt(4, 0x0403_0201);
        chain.writeShort(8, (short) 0x0605);
        chain.writeByte(10, (byte) 7);
        rig.access.exit();
        assertThat(rig.access.getLong(BUFFERS + 52)).isEqualTo(0xff07_0605_0403_0201L);
        chain.zero(0, 12);
        chain.visitWritable(8, 4, (piece, offset) -> piece.put((byte) 9));
        assertThat(rig.access.getLong(BUFFERS + 52)).isEqualTo(9L << 32);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void operations_beyond_a_part_are_a_defect(long layout) throws Exception {
        pop(layout);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.readByte(36));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.readByte(-1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.readLong(29));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.readLong(Long.MAX_VALUE));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.writeInt(9, 0));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.writeLong(-4, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void a_chain_outlives_the_regions_in_which_it_was_popped(long layout) throws Exception {
        pop(layout);
        rig.access.putLong(BUFFERS, 1);
        assertThat(chain.readLong(0)).isEqualTo(1);
        rig.memory.replace(List.of(
                new MemoryRegion(BASE, BASE + MEMORY_SIZE - 1, true, List.of(ByteBuffer.allocateDirect(MEMORY_SIZE)))));
        assertThat(chain.readLong(0)).isZero();
        chain.writeInt(0, 5);
        assertThat(rig.access.getInt(BUFFERS + 48)).isEqualTo(5);
        rig.memory.replace(List.of());
        assertThatExceptionOfType(AccessFault.class).isThrownBy(() -> chain.readLong(0));
        assertThatExceptionOfType(AccessFault.class).isThrownBy(() -> chain.writeInt(0, 1));
    }

    @Test
    void a_chain_goes_on_to_be_another() throws Exception {
        pop(0);
        chain.begin(rig.access, 3);
        chain.append(BUFFERS + 0x100, 4, false);
        rig.access.putInt(BUFFERS + 0x100, 11);
        assertThat(chain.id()).isEqualTo(3);
        assertThat(chain.readableLength()).isEqualTo(4);
        assertThat(chain.writableLength()).isZero();
        assertThat(chain.readInt(0)).isEqualTo(11);
    }
}
