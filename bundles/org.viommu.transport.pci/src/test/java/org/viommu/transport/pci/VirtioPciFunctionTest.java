// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.viommu.virtio.Await;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.EchoType;

/** A function at work: traffic, bus mastering, access through configuration space, and resets. */
class VirtioPciFunctionTest {
    private final Guest guest = new Guest();
    private final Host host = guest.host;
    private final PciDriver driver = guest.driver;

    @Test
    void a_driver_that_knows_only_the_standard_gets_its_answers_by_message() {
        driver.master().messages();
        guest.start();
        for (int i = 1; i <= 20; i++) {
            assertThat(guest.echo(i % 2, i)).isEqualTo(i);
        }
        Await.until("the interrupts", () -> host.messages.get(1) == 10 && host.messages.get(2) == 10);
    }

    @Test
    void a_driver_that_knows_only_the_standard_gets_its_answers_by_pin() {
        driver.master();
        guest.start();
        for (int i = 1; i <= 20; i++) {
            assertThat(guest.echo(0, i)).isEqualTo(i);
            Await.until("the pin", () -> host.pin);
            assertThat(driver.isr()).isEqualTo(1);
        }
    }

    @Test
    void C8_a_kick_of_any_size_reaches_the_queue_of_its_place() {
        driver.master();
        guest.start();
        long notify = driver.structures.get(PciDriver.NOTIFY).offset();
        for (int size : new int[] {1, 2, 4, 8}) {
            guest.add(1, size);
            host.bar(4, notify + 4, size, 1);
            Await.until("the answer", () -> guest.poll(1) == size);
        }
        assertThat(host.bar(4, notify, 8)).isZero();
        for (long offset = notify; offset < 0x4000; offset += 2) {
            host.bar(4, offset, 2, 0xffff);
        }
        assertThat(guest.echo(0, 3)).isEqualTo(3);
    }

    @Test
    void without_bus_mastering_the_device_stands_still() {
        guest.start();
        guest.add(0, 5);
        driver.kick(0);
        assertThat(driver.status()).isEqualTo(0xf);
        assertThat(guest.type.sessions).isZero();

        driver.master();
        Await.until("the answer", () -> guest.poll(0) == 5);
    }

    @Test
    void bus_mastering_taken_away_stops_the_device_until_it_is_given_back() {
        driver.master();
        guest.start().echo(0, 1);
        host.config(4, 2, 2);
        guest.add(0, 2);
        driver.kick(0);
        assertThat(guest.poll(0)).isEqualTo(-1);

        driver.master();
        Await.until("the answer", () -> guest.poll(0) == 2);
    }

    @Test
    void a_suspended_function_stands_still_until_its_host_and_its_guest_let_it_go_on() {
        driver.master();
        guest.start().echo(0, 1);
        guest.function.suspend();
        guest.add(0, 2);
        driver.kick(0);
        host.config(4, 2, 2);
        guest.function.resume();
        assertThat(guest.poll(0)).isEqualTo(-1);

        guest.function.suspend();
        driver.master();
        assertThat(guest.poll(0)).isEqualTo(-1);

        guest.function.resume();
        Await.until("the answer", () -> guest.poll(0) == 2);
    }

    @Test
    void C11_the_window_in_configuration_space_reaches_the_BARs() {
        int window = driver.structures.get(PciDriver.PCI_ACCESS).capability();
        host.config(window + 4, 1, 4);

        host.config(window + 8, 4, 0x16);
        host.config(window + 12, 4, 2);
        host.config(window + 16, 4, 1);
        assertThat(driver.common(0x16, 2)).isEqualTo(1);
        assertThat(host.config(window + 16, 2)).isEqualTo(1);

        host.config(window + 8, 4, 0x18);
        assertThat(host.config(window + 16, 2)).isEqualTo(64);

        host.config(window + 8, 4, 0x2000);
        host.config(window + 12, 4, 4);
        assertThat(host.config(window + 16, 4)).isEqualTo(0x0d0c0b0aL);
        host.config(window + 12, 4, 1);
        host.config(window + 16, 1, 0x99);
        assertThat(guest.type.config[0]).isEqualTo((byte) 0x99);
    }

    @Test
    void C11_lengths_other_than_1_2_and_4_and_BARs_that_do_not_exist_do_nothing() {
        int window = driver.structures.get(PciDriver.PCI_ACCESS).capability();
        host.config(window + 4, 1, 4);
        host.config(window + 8, 4, 0x2000);
        for (long length : new long[] {0, 3, 5, 8, 0x8000_0000L, 0xffff_ffffL}) {
            host.config(window + 12, 4, length);
            host.config(window + 16, 4, 0);
            assertThat(guest.type.config).containsExactly(10, 11, 12, 13, 14, 15);
        }
        host.config(window + 12, 4, 4);
        for (int bar : new int[] {0, 2, 3, 5, 6, 255}) {
            host.config(window + 4, 1, bar);
            host.config(window + 16, 4, 0x5555);
            assertThat(host.config(window + 16, 4)).isZero();
        }
        host.config(window + 4, 1, 4);
        host.config(window + 8, 4, 0xffff_fffeL);
        assertThat(host.config(window + 16, 4)).isZero();
        assertThat(guest.type.config).containsExactly(10, 11, 12, 13, 14, 15);
    }

    @Test
    void C11_a_read_beside_the_window_has_no_effect_on_the_device() {
        driver.master();
        guest.start();
        Await.until("the session", () -> guest.type.activation != null);
        guest.type.activation.interrupt(0);
        int window = driver.structures.get(PciDriver.PCI_ACCESS).capability();
        host.config(window + 4, 1, 4);
        host.config(window + 8, 4, 0x1000);
        host.config(window + 12, 4, 1);
        host.config(window + 8, 8);
        assertThat(host.pin).isTrue();
        assertThat(host.config(window + 16, 1)).isEqualTo(1);
        assertThat(host.pin).isFalse();
    }

    @Test
    void a_reset_of_the_machine_returns_everything_to_its_beginning() {
        ByteBuffer fresh = ByteBuffer.allocate(256);
        new Guest().function.readConfig(0, fresh);
        driver.master().messages();
        host.config(0x20, 4, 0xfebf_8000L);
        host.config(driver.structures.get(PciDriver.PCI_ACCESS).capability() + 8, 4, 0x1000);
        guest.start().echo(0, 1);
        driver.select(1);

        guest.function.reset();

        ByteBuffer now = ByteBuffer.allocate(256);
        guest.function.readConfig(0, now);
        assertThat(now.array()).isEqualTo(fresh.array());
        assertThat(driver.status()).isZero();
        assertThat(driver.common(0x16, 2)).isZero();
        assertThat(guest.type.systemResets).isEqualTo(1);
    }

    @Test
    void the_machine_boots_again_after_its_reset() {
        for (int i = 0; i < 3; i++) {
            driver.master().messages();
            assertThat(guest.start().echo(1, 50 + i)).isEqualTo(50 + i);
            guest.function.reset();
        }
        assertThat(guest.type.sessions).isEqualTo(3);
    }

    @Test
    void a_reset_without_a_driver_does_no_harm() {
        guest.function.reset();
        driver.master();
        assertThat(guest.start().echo(0, 1)).isEqualTo(1);
    }

    @Test
    void memory_that_is_gone_breaks_only_the_device() {
        driver.master();
        guest.start().echo(0, 1);
        guest.memory.replace(List.of());
        driver.kick(0);
        Await.until("NEEDS_RESET", () -> (driver.status() & DeviceStatus.NEEDS_RESET) != 0);
        driver.setStatus(0);
        assertThat(driver.status()).isZero();
    }

    @Test
    void BARs_that_do_not_exist_read_zero_and_ignore_writes() {
        for (int bar : new int[] {-1, 0, 2, 3, 5, 6, 100}) {
            host.bar(bar, 0, 8, -1L);
            assertThat(host.bar(bar, 0, 8)).isZero();
        }
        for (long offset : new long[] {0x4000, 0x1_0000_0000L, Long.MAX_VALUE, -8L, Long.MIN_VALUE}) {
            host.bar(4, offset, 8, -1L);
            assertThat(host.bar(4, offset, 8)).isZero();
            host.bar(1, offset, 8, -1L);
            assertThat(host.bar(1, offset, 8)).isZero();
        }
    }

    @Test
    void an_access_over_the_edge_of_a_structure_reaches_both_sides() {
        assertThat(host.bar(4, 0x1ffc, 8)).isEqualTo(0x0d0c0b0a_0000_0000L);
        host.bar(4, 0x1ffe, 4, 0x2211_0000L);
        assertThat(guest.type.config).startsWith(0x11, 0x22);
        assertThat(host.bar(4, 0x3ffc, 8)).isZero();
    }

    @Test
    void no_access_of_any_offset_size_and_value_does_harm() {
        Random random = new Random(20_260);
        ByteBuffer data = ByteBuffer.allocate(64);
        for (int i = 0; i < 200_000; i++) {
            random.nextBytes(data.array());
            data.clear().limit(random.nextInt(20));
            int at = random.nextInt(0x110);
            switch (random.nextInt(4)) {
                case 0 -> guest.function.readConfig(at, data);
                case 1 -> guest.function.writeConfig(at, data);
                case 2 -> guest.function.readBar(random.nextInt(6), barOffset(random), data);
                default -> guest.function.writeBar(random.nextInt(6), barOffset(random), data);
            }
        }
        guest.function.reset();
        assertThat(host.config(0, 4)).isEqualTo(0x107f_1af4L);
        System.arraycopy(EchoType.of(0, 256, 64).config, 0, guest.type.config, 0, EchoType.CONFIG_LENGTH);
        driver.master();
        assertThat(guest.start().echo(0, 1)).isEqualTo(1);
        assertThat(guest.device.faults().defects()).isZero();
    }

    /** Mostly close to a structure. */
    private static long barOffset(Random random) {
        return random.nextInt(16) == 0 ? random.nextLong() : random.nextInt(5) * 0x1000L + random.nextInt(0x48) - 4;
    }
}
