// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The sizes and places that the specification's tables give, in their order. */
class LayoutTest {
    @Test
    void header_has_16_bytes() {
        assertThat(new int[] {
                    HeaderLayout.ID,
                    HeaderLayout.COMMAND,
                    HeaderLayout.SIZE,
                    HeaderLayout.FLAGS,
                    HeaderLayout.ERROR,
                    HeaderLayout.LENGTH
                })
                .containsExactly(0, 2, 4, 8, 12, 16);
    }

    @Test
    void version_has_4_bytes_before_its_text() {
        assertThat(new int[] {VersionLayout.MAJOR, VersionLayout.MINOR, VersionLayout.DATA})
                .containsExactly(0, 2, 4);
    }

    @Test
    void dma_map_has_32_bytes() {
        assertThat(new int[] {
                    DmaMapLayout.ARGSZ,
                    DmaMapLayout.FLAGS,
                    DmaMapLayout.OFFSET,
                    DmaMapLayout.ADDRESS,
                    DmaMapLayout.SIZE,
                    DmaMapLayout.LENGTH
                })
                .containsExactly(0, 4, 8, 16, 24, 32);
    }

    @Test
    void dma_unmap_has_24_bytes() {
        assertThat(new int[] {
                    DmaUnmapLayout.ARGSZ,
                    DmaUnmapLayout.FLAGS,
                    DmaUnmapLayout.ADDRESS,
                    DmaUnmapLayout.SIZE,
                    DmaUnmapLayout.LENGTH
                })
                .containsExactly(0, 4, 8, 16, 24);
    }

    @Test
    void device_info_has_16_bytes() {
        assertThat(new int[] {
                    DeviceInfoLayout.ARGSZ,
                    DeviceInfoLayout.FLAGS,
                    DeviceInfoLayout.REGIONS,
                    DeviceInfoLayout.IRQS,
                    DeviceInfoLayout.LENGTH
                })
                .containsExactly(0, 4, 8, 12, 16);
    }

    @Test
    void region_info_has_32_bytes() {
        assertThat(new int[] {
                    RegionInfoLayout.ARGSZ,
                    RegionInfoLayout.FLAGS,
                    RegionInfoLayout.INDEX,
                    RegionInfoLayout.CAP_OFFSET,
                    RegionInfoLayout.SIZE,
                    RegionInfoLayout.OFFSET,
                    RegionInfoLayout.LENGTH
                })
                .containsExactly(0, 4, 8, 12, 16, 24, 32);
    }

    @Test
    void irq_info_has_16_bytes() {
        assertThat(new int[] {
                    IrqInfoLayout.ARGSZ,
                    IrqInfoLayout.FLAGS,
                    IrqInfoLayout.INDEX,
                    IrqInfoLayout.COUNT,
                    IrqInfoLayout.LENGTH
                })
                .containsExactly(0, 4, 8, 12, 16);
    }

    @Test
    void irq_set_has_20_bytes_before_its_data() {
        assertThat(new int[] {
                    IrqSetLayout.ARGSZ,
                    IrqSetLayout.FLAGS,
                    IrqSetLayout.INDEX,
                    IrqSetLayout.START,
                    IrqSetLayout.COUNT,
                    IrqSetLayout.DATA
                })
                .containsExactly(0, 4, 8, 12, 16, 20);
    }

    @Test
    void region_access_has_16_bytes_before_its_data() {
        assertThat(new int[] {
                    RegionAccessLayout.OFFSET,
                    RegionAccessLayout.REGION,
                    RegionAccessLayout.COUNT,
                    RegionAccessLayout.DATA
                })
                .containsExactly(0, 8, 12, 16);
    }

    @Test
    void region_write_multi_has_writes_of_24_bytes() {
        assertThat(new int[] {
                    RegionWriteMultiLayout.WRITES,
                    RegionWriteMultiLayout.FIRST,
                    RegionWriteMultiLayout.STRIDE,
                    RegionWriteMultiLayout.MAX_DATA
                })
                .containsExactly(0, 8, 24, 8);
    }

    @Test
    void commands_have_the_numbers_of_the_specification() {
        for (Command command : Command.values()) {
            assertThat(Command.of(command.number())).isEqualTo(command);
        }
        assertThat(Command.VERSION.number()).isEqualTo(1);
        assertThat(Command.DEVICE_SET_IRQS.number()).isEqualTo(8);
        assertThat(Command.DEVICE_RESET.number()).isEqualTo(13);
        assertThat(Command.REGION_WRITE_MULTI.number()).isEqualTo(15);
        assertThat(Command.of(19)).isEqualTo(Command.UNKNOWN);
        assertThat(Command.of(0xffff)).isEqualTo(Command.UNKNOWN);
    }
}
