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
import org.viommu.memory.MemoryRegion;

/** The usual chain, a request and an answer in one window of memory: as any other chain, and good in any view. */
class ChainPairTest {
    private final MemoryRig rig = new MemoryRig(8);
    private final Chain chain = new Chain();
    private DeviceQueue device;

    /** What is done with a pair. */
    private interface Use {
        void of(Chain pair) throws Exception;
    }

    private void serve(long layout, Use use) throws Exception {
        DriverQueue driver = rig.driver(layout);
        driver.add(new long[] {BUFFERS, 36, BUFFERS + 48, 12}, 1);
        driver.add(new long[] {BUFFERS, 36, BUFFERS + 48, 12}, 1);
        driver.add(new long[] {BUFFERS, 36, BUFFERS + 48, 12}, 1);
        driver.publish();
        device = Virtqueues.openDevice(rig.addresses, layout, rig.access);
        // The first chain shows where buffers are, the second is the pair.
        assertThat(device.serve(new Chain(), 1, first -> 0)).isEqualTo(1);
        assertThat(device.serve(chain, 1, pair -> use(pair, use))).isEqualTo(1);
    }

    private static int use(Chain pair, Use use) {
        try {
            use.of(pair);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return 0;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void every_operation_reaches_its_parts(long layout) throws Exception {
        rig.access.putLong(BUFFERS + 28, 0x1122_3344_5566_7788L);
        serve(layout, this::useAll);
        assertThat(rig.access.getLong(BUFFERS + 52)).isEqualTo(9L << 32);
    }

    private void useAll(Chain chain) throws Exception {
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
        assertThat(rig.access.getLong(BUFFERS + 52)).isEqualTo(0xff07_0605_0403_0201L);
        chain.zero(0, 12);
        chain.visitWritable(8, 4, (piece, offset) -> piece.put((byte) 9));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void operations_beyond_a_part_are_a_defect(long layout) throws Exception {
        serve(layout, ChainPairTest::useBeyond);
    }

    private static void useBeyond(Chain chain) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.readByte(36));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.readByte(-1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.readLong(29));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.readLong(Long.MAX_VALUE));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.writeInt(9, 0));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chain.writeLong(-4, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void nothing_of_a_pair_is_left_when_its_window_may_go(long layout) throws Exception {
        serve(layout, pair -> assertThat(pair.readableLength()).isEqualTo(36));
        assertThat(chain.readableLength()).isZero();
        assertThat(chain.writableLength()).isZero();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> device.serve(chain, 1, pair -> {
                    throw new IllegalStateException("a defect");
                }));
        assertThat(chain.readableLength()).isZero();
        assertThat(rig.access.view()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, RingFeatures.PACKED})
    void a_pair_lies_in_the_regions_of_the_moment(long layout) throws Exception {
        serve(layout, pair -> {});
        rig.access.putLong(BUFFERS, 1);
        ByteBuffer copy = ByteBuffer.allocateDirect(MEMORY_SIZE);
        rig.access.read(BASE, copy);
        rig.memory.replace(List.of(new MemoryRegion(BASE, BASE + MEMORY_SIZE - 1, true, List.of(copy.clear()))));
        rig.access.putLong(BUFFERS, 2);
        assertThat(device.serve(
                        chain,
                        1,
                        pair -> use(pair, it -> {
                            assertThat(it.readLong(0)).isEqualTo(2);
                            it.writeInt(0, 5);
                        })))
                .isEqualTo(1);
        assertThat(rig.access.getInt(BUFFERS + 48)).isEqualTo(5);
    }

    @Test
    void a_chain_goes_on_to_be_another() throws Exception {
        serve(0, chain -> {
            chain.begin(rig.access, 3);
            chain.append(BUFFERS + 0x100, 4, false);
            rig.access.putInt(BUFFERS + 0x100, 11);
            assertThat(chain.id()).isEqualTo(3);
            assertThat(chain.readableLength()).isEqualTo(4);
            assertThat(chain.writableLength()).isZero();
            assertThat(chain.readInt(0)).isEqualTo(11);
        });
    }
}
