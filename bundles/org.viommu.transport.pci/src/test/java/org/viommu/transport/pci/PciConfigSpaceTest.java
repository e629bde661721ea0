// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.viommu.memory.GuestMemory;
import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceConfig;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.DeviceType;
import org.viommu.virtio.EchoType;
import org.viommu.virtio.VirtioDevice;

/** What a bus driver and a virtio driver find in configuration space (virtio 1.4, 4.1.2 to 4.1.4). */
class PciConfigSpaceTest {
    private final Guest guest = new Guest();
    private final Host host = guest.host;
    private final PciDriver driver = guest.driver;

    @Test
    void a_driver_recognises_a_device_without_a_legacy_form() {
        assertThat(host.config(0, 4)).isEqualTo(0x107f_1af4L);
        assertThat(host.config(8, 4)).isEqualTo(0x080600_01L);
        assertThat(host.config(0x2c, 2)).isEqualTo(0x1af4);
        assertThat(host.config(0x2e, 2)).isGreaterThanOrEqualTo(0x40);
        assertThat(host.config(0x0e, 1)).isZero();
        assertThat(host.config(0x3d, 1)).isEqualTo(1);
        assertThat(host.config(6, 2) & 0x10).isEqualTo(0x10);
        assertThat(guest.function.configSize()).isEqualTo(256);
        assertThat(guest.function.name()).isEqualTo("test/pci");
        assertThat(guest.function.memory()).isSameAs(guest.memory);
    }

    @Test
    void identity_cannot_be_written() {
        for (int at : new int[] {0, 2, 8, 9, 0xe, 0x2c, 0x34, 0x3d, 0x40, 0x43, 0x48}) {
            long before = host.config(at, 1);
            host.config(at, 1, 0xff);
            host.config(at, 1, 0);
            assertThat(host.config(at, 1)).as("0x%x", at).isEqualTo(before);
        }
    }

    @Test
    void BAR_sizes_are_found_by_writing_ones() {
        assertThat(size(1)).isEqualTo(0x1000);
        assertThat(host.config(0x14, 4) & 0xf).isZero();
        assertThat(size(4)).isEqualTo(0x4000);
        assertThat(host.config(0x20, 4) & 0xf).isEqualTo(0xc);
        for (int absent : new int[] {0x10, 0x18, 0x1c, 0x30}) {
            host.config(absent, 4, 0xffff_ffffL);
            assertThat(host.config(absent, 4)).isZero();
        }
        host.config(0x24, 4, 0xffff_ffffL);
        assertThat(host.config(0x24, 4)).isEqualTo(0xffff_ffffL);
    }

    private long size(int bar) {
        int at = 0x10 + 4 * bar;
        host.config(at, 4, 0xffff_ffffL);
        long size = (~(host.config(at, 4) & ~0xfL) & 0xffff_ffffL) + 1;
        PciBar declared = guest.function.bars().stream()
                .filter(b -> b.index() == bar)
                .findFirst()
                .orElseThrow();
        assertThat(declared.size()).isEqualTo(size);
        return size;
    }

    @Test
    void BAR_addresses_read_back_at_any_access_size() {
        host.config(0x20, 4, 0xfebf_8000L);
        host.config(0x24, 4, 0x7f);
        host.config(0x16, 2, 0xfea0);
        host.config(0x15, 1, 0x10);
        assertThat(host.config(0x20, 8)).isEqualTo(0x7f_febf_800cL);
        assertThat(host.config(0x14, 4)).isEqualTo(0xfea0_1000L);
    }

    @Test
    void capabilities_form_a_chain_of_aligned_pieces_that_do_not_overlap() {
        List<Integer> starts = new ArrayList<>();
        for (int at = (int) host.config(0x34, 1); at != 0; at = (int) host.config(at + 1, 1)) {
            assertThat(at % 4).isZero();
            assertThat(at).isBetween(0x40, 0xff);
            if (!starts.isEmpty()) {
                assertThat(at - starts.get(starts.size() - 1)).isGreaterThanOrEqualTo(12);
            }
            starts.add(at);
            assertThat(starts).doesNotHaveDuplicates();
            if (host.config(at, 1) == 9) {
                assertThat(host.config(at + 2, 1)).isGreaterThanOrEqualTo(16);
            }
        }
        assertThat(starts).hasSize(6);
    }

    @Test
    void C1_each_structure_has_a_capability_and_lies_in_its_BAR() {
        assertThat(driver.structures)
                .containsOnlyKeys(
                        PciDriver.COMMON, PciDriver.NOTIFY, PciDriver.ISR, PciDriver.DEVICE, PciDriver.PCI_ACCESS);
        for (int type : new int[] {PciDriver.COMMON, PciDriver.NOTIFY, PciDriver.ISR, PciDriver.DEVICE}) {
            PciDriver.Structure structure = driver.structures.get(type);
            PciBar bar = guest.function.bars().stream()
                    .filter(b -> b.index() == structure.bar())
                    .findFirst()
                    .orElseThrow();
            assertThat(structure.offset() + structure.length()).isLessThanOrEqualTo(bar.size());
            assertThat(structure.offset() % 4).isZero();
            assertThat(structure.length()).isPositive();
        }
        assertThat(driver.structures.get(PciDriver.COMMON).length()).isEqualTo(64);
        assertThat(driver.structures.get(PciDriver.DEVICE).length()).isEqualTo(EchoType.CONFIG_LENGTH);
    }

    @Test
    void C1_a_device_without_configuration_space_has_no_capability_for_it() {
        PciDriver plain = new PciDriver(new Host(function(0)));
        assertThat(plain.structures)
                .containsOnlyKeys(PciDriver.COMMON, PciDriver.NOTIFY, PciDriver.ISR, PciDriver.PCI_ACCESS);
    }

    @Test
    void a_configuration_space_that_does_not_fit_is_refused() {
        assertThat(function(4096).configSize()).isEqualTo(256);
        assertThatIllegalArgumentException().isThrownBy(() -> function(4097)).withMessageContaining("x has 4097 bytes");
    }

    @Test
    void C8_the_notify_structure_has_room_for_each_queue() {
        PciDriver.Structure notify = driver.structures.get(PciDriver.NOTIFY);
        assertThat(driver.multiplier).isEqualTo(4);
        for (int queue = 0; queue < 2; queue++) {
            driver.select(queue);
            long end = driver.common(0x1e, 2) * driver.multiplier + 4;
            assertThat(notify.length()).isGreaterThanOrEqualTo(end);
        }
    }

    @Test
    void MSI_X_has_a_vector_for_each_queue_and_one_for_configuration_changes() {
        assertThat(guest.function.msixVectors()).isEqualTo(3);
        assertThat(host.config(driver.msix + 2, 2)).isEqualTo(2);
        assertThat(host.config(driver.msix + 4, 4)).isEqualTo(1);
        assertThat(host.config(driver.msix + 8, 4)).isEqualTo(0x801);
        host.config(driver.msix + 2, 2, 0xffff);
        assertThat(host.config(driver.msix + 2, 2)).isEqualTo(0xc002);
    }

    @Test
    void accesses_beyond_the_end_read_zero_and_write_nothing() {
        assertThat(host.config(254, 8)).isZero();
        assertThat(host.config(4096, 4)).isZero();
        assertThat(host.config(-4, 8) >>> 32).isEqualTo(0x107f_1af4L);
        host.config(254, 8, -1L);
        host.config(-4, 8, -1L);
        assertThat(host.config(0, 4)).isEqualTo(0x107f_1af4L);
    }

    @Test
    void the_whole_space_can_be_read_at_once() {
        ByteBuffer all = ByteBuffer.allocate(256);
        guest.function.readConfig(0, all);
        for (int i = 0; i < 256; i++) {
            assertThat(Byte.toUnsignedLong(all.get(i))).isEqualTo(host.config(i, 1));
        }
    }

    private static VirtioPciFunction function(int configLength) {
        GuestMemory memory = new GuestMemory();
        DeviceType type = new DeviceType() {
            @Override
            public int deviceId() {
                return 4;
            }

            @Override
            public long features() {
                return 0;
            }

            @Override
            public int[] queueSizes() {
                return new int[] {8};
            }

            @Override
            public DeviceConfig config() {
                return new DeviceConfig() {
                    @Override
                    public int length() {
                        return configLength;
                    }

                    @Override
                    public int read(int offset) {
                        return 0;
                    }
                };
            }

            @Override
            public DeviceSession start(DeviceActivation activation) {
                throw new AssertionError("never started");
            }
        };
        return new VirtioPciFunction("x", new VirtioDevice("x", type, Guest.platform(memory)), memory, 0);
    }
}
