// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.virtio.Await;
import org.viommu.virtio.DeviceInterrupts;
import org.viommu.virtio.EchoType;

/** A driver's way to a function, ours or another maker's (virtio 1.4, 4.1). */
class PciDriverTransportTest {
    private static final long NOTIFICATION_DATA = 1L << 38;
    private static final long NOTIF_CONFIG_DATA = 1L << 39;
    private static final long RING_RESET = 1L << 40;

    private final Guest guest = new Guest();
    private final AtomicIntegerArray queueInterrupts = new AtomicIntegerArray(2);
    private final AtomicInteger configInterrupts = new AtomicInteger();

    private PciDriverTransport open(PciPort port) {
        try {
            PciDriverTransport driver = PciDriverTransport.open(port);
            driver.connect(new DeviceInterrupts() {
                @Override
                public void queue(int queue) {
                    queueInterrupts.incrementAndGet(queue);
                }

                @Override
                public void config() {
                    configInterrupts.incrementAndGet();
                }
            });
            return driver;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private PciDriverTransport start(PciPort port, long features) {
        PciDriverTransport driver = open(port);
        driver.setStatus(0);
        assertThat(driver.status()).isZero();
        driver.setStatus(1);
        driver.setStatus(3);
        driver.acceptFeatures(features);
        driver.setStatus(0xb);
        assertThat(driver.status()).isEqualTo(0xb);
        for (int i = 0; i < 2; i++) {
            guest.clear(i);
            assertThat(driver.enableQueue(i, Guest.addresses(i))).isTrue();
        }
        driver.setStatus(0xf);
        return driver;
    }

    private int echo(PciDriverTransport driver, int queue, int value) {
        guest.add(queue, value);
        driver.kick(queue);
        return answer(queue);
    }

    private int answer(int queue) {
        int[] answer = {-1};
        Await.until("an answer", () -> (answer[0] = guest.poll(queue)) != -1);
        return answer[0];
    }

    private void notifyOfEach() {
        Await.until("the session", () -> guest.type.activation != null);
        guest.type.activation.interrupt(0);
        guest.type.activation.interrupt(1);
        guest.type.activation.interrupt(1);
        guest.type.activation.configChanged();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void our_function_is_driven_from_reset_to_traffic_and_back(int vectors) {
        WatchedPort port = new WatchedPort(guest.function, vectors);
        for (int round = 0; round < 3; round++) {
            PciDriverTransport driver = start(port, Guest.VERSION_1 | EchoType.FEATURE_A);
            assertThat(driver.deviceId()).isEqualTo(EchoType.ID);
            for (int i = 1; i <= 10; i++) {
                assertThat(echo(driver, i % 2, i)).isEqualTo(i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void a_function_of_another_maker_is_driven_by_its_capabilities(int vectors) {
        PciDriverTransport driver = start(new ForeignPort(guest.function, vectors), Guest.VERSION_1);
        assertThat(driver.deviceId()).isEqualTo(EchoType.ID);
        for (int i = 1; i <= 10; i++) {
            assertThat(echo(driver, i % 2, i)).isEqualTo(i);
        }
        assertThat(driver.readConfig(0, 4)).isEqualTo(0x0d0c0b0aL);
        assertThat(driver.readConfig(4, 2)).isEqualTo(0x0f0eL);
        driver.writeConfig(5, 1, 0x55);
        assertThat(guest.type.config[5]).isEqualTo((byte) 0x55);
    }

    @Test
    void what_the_device_says_of_itself_is_read() {
        PciDriverTransport driver = open(new WatchedPort(guest.function, 3));
        assertThat(driver.offeredFeatures())
                .isEqualTo(Guest.VERSION_1 | EchoType.FEATURE_A | NOTIFICATION_DATA | NOTIF_CONFIG_DATA | RING_RESET);
        assertThat(driver.maxQueueSize(0)).isEqualTo(256);
        assertThat(driver.maxQueueSize(1)).isEqualTo(64);
        for (int queue : new int[] {2, 0x1_0000, -1}) {
            assertThat(driver.maxQueueSize(queue)).isZero();
            assertThat(driver.enableQueue(queue, Guest.addresses(0))).isFalse();
            driver.kick(queue);
        }
        guest.type.generation = 77;
        assertThat(driver.configGeneration()).isEqualTo(77);
    }

    @Test
    void C1_structures_that_are_missing_are_named() {
        for (int capability : new int[] {ForeignPort.COMMON, ForeignPort.NOTIFY, ForeignPort.ISR}) {
            ForeignPort port = new ForeignPort(guest.function, 0);
            // Of the other two common configurations one is in a BAR that does not exist, the other too short.
            port.config.putInt(0x7c + 12, 0x37);
            port.config.put(capability + 3, (byte) 0x78);
            assertThatIOException()
                    .isThrownBy(() -> PciDriverTransport.open(port))
                    .withMessageContaining("1af4:1005")
                    .withMessageContaining(
                            capability == ForeignPort.COMMON
                                    ? "common"
                                    : capability == ForeignPort.NOTIFY ? "notify" : "ISR");
        }
    }

    @Test
    void C1_a_function_without_capabilities_is_refused() {
        ForeignPort port = new ForeignPort(guest.function, 0);
        port.config.putShort(6, (short) 0);
        assertThatIOException().isThrownBy(() -> PciDriverTransport.open(port));
        ForeignPort other = new ForeignPort(guest.function, 0);
        other.config.put(0x34, (byte) 0x3c);
        assertThatIOException().isThrownBy(() -> PciDriverTransport.open(other));
    }

    @Test
    void C1_structures_that_are_not_aligned_are_passed_over() {
        ForeignPort port = new ForeignPort(guest.function, 0);
        port.config.putInt(ForeignPort.COMMON + 8, 0x106).putInt(0x7c + 12, 0);
        assertThatIOException().isThrownBy(() -> PciDriverTransport.open(port));
    }

    @Test
    void C7_a_queue_is_reset_and_enabled_again_while_the_other_goes_on() {
        PciDriverTransport driver = start(new WatchedPort(guest.function, 3), Guest.VERSION_1 | RING_RESET);
        echo(driver, 0, 1);
        driver.resetQueue(0);
        Await.until("the queue reset", () -> !driver.queueResetting(0));
        assertThat(echo(driver, 1, 2)).isEqualTo(2);
        guest.clear(0);
        assertThat(driver.enableQueue(0, Guest.addresses(0))).isTrue();
        assertThat(echo(driver, 0, 3)).isEqualTo(3);
        Await.until("its interrupt", () -> queueInterrupts.get(0) == 2);
    }

    @Test
    void C8_a_place_for_kicks_outside_of_the_structure_is_not_used() {
        ForeignPort port = new ForeignPort(guest.function, 0);
        port.config.putInt(ForeignPort.NOTIFY + 16, 4);
        PciDriverTransport driver = open(port);
        assertThat(driver.enableQueue(0, Guest.addresses(0))).isTrue();
        assertThat(driver.enableQueue(1, Guest.addresses(1))).isFalse();

        port.config.putInt(ForeignPort.NOTIFY + 16, -1);
        assertThat(open(port).enableQueue(1, Guest.addresses(1))).isFalse();
    }

    @Test
    void C8_kicks_with_notification_data_need_four_bytes() {
        ForeignPort port = new ForeignPort(guest.function, 0);
        PciDriverTransport driver = open(port);
        driver.acceptFeatures(Guest.VERSION_1 | NOTIFICATION_DATA);
        assertThat(driver.enableQueue(0, Guest.addresses(0))).isFalse();
        port.config.putInt(ForeignPort.NOTIFY + 12, 4);
        PciDriverTransport wide = open(port);
        wide.acceptFeatures(Guest.VERSION_1 | NOTIFICATION_DATA);
        assertThat(wide.enableQueue(0, Guest.addresses(0))).isTrue();
    }

    @Test
    void C10_each_event_has_its_vector_if_there_are_enough() {
        start(new WatchedPort(guest.function, 3), Guest.VERSION_1);
        notifyOfEach();
        assertThat(queueInterrupts.get(0)).isEqualTo(1);
        assertThat(queueInterrupts.get(1)).isEqualTo(2);
        assertThat(configInterrupts.get()).isEqualTo(1);
    }

    @Test
    void C10_queues_share_a_vector_if_there_are_two() {
        start(new WatchedPort(guest.function, 2), Guest.VERSION_1);
        notifyOfEach();
        assertThat(queueInterrupts.get(0)).isEqualTo(3);
        assertThat(queueInterrupts.get(1)).isEqualTo(3);
        assertThat(configInterrupts.get()).isEqualTo(1);
    }

    @Test
    void C10_all_events_share_the_only_vector() {
        start(new WatchedPort(guest.function, 1), Guest.VERSION_1);
        notifyOfEach();
        assertThat(queueInterrupts.get(0)).isEqualTo(4);
        assertThat(queueInterrupts.get(1)).isEqualTo(4);
        assertThat(configInterrupts.get()).isEqualTo(4);
    }

    @Test
    void C9_without_vectors_the_status_says_what_has_happened() {
        start(new WatchedPort(guest.function, 0), Guest.VERSION_1);
        notifyOfEach();
        assertThat(queueInterrupts.get(0)).isEqualTo(3);
        assertThat(queueInterrupts.get(1)).isEqualTo(3);
        assertThat(configInterrupts.get()).isEqualTo(1);
    }

    @Test
    void C10_a_vector_that_the_device_refuses_keeps_the_queue_disabled() {
        PciDriverTransport driver = open(new WatchedPort(guest.function, 3) {
            @Override
            public void writeBar(int bar, long offset, int size, long value) {
                super.writeBar(bar, offset, size, bar == 4 && offset == 0x1a ? 77 : value);
            }
        });
        assertThat(driver.enableQueue(0, Guest.addresses(0))).isFalse();
    }

    @Test
    void C12_fields_are_written_as_wide_as_they_are_and_addresses_in_halves() {
        WatchedPort port = new WatchedPort(guest.function, 0);
        PciDriverTransport driver = open(port);
        assertThat(driver.enableQueue(1, Guest.addresses(1))).isTrue();
        assertThat(port.writes)
                .containsExactly(
                        "4:16/2=1",
                        "4:10/2=ffff",
                        "4:1a/2=ffff",
                        "4:18/2=8",
                        "4:20/4=20004000",
                        "4:24/4=1",
                        "4:28/4=20005000",
                        "4:2c/4=1",
                        "4:30/4=20006000",
                        "4:34/4=1",
                        "4:1c/2=1");
    }

    @Test
    void C13_a_queue_that_is_enabled_is_left_alone() {
        WatchedPort port = new WatchedPort(guest.function, 0);
        PciDriverTransport driver = start(port, Guest.VERSION_1);
        port.writes.clear();
        assertThat(driver.enableQueue(0, Guest.addresses(0))).isFalse();
        assertThat(port.writes).containsExactly("4:16/2=0");
    }

    @Test
    void C13_a_kick_is_the_index_of_the_queue_in_16_bits() {
        WatchedPort port = new WatchedPort(guest.function, 0);
        PciDriverTransport driver = start(port, Guest.VERSION_1);
        port.writes.clear();
        driver.kick(1);
        assertThat(port.writes).containsExactly("4:3004/2=1");
    }

    @Test
    void C13_with_notification_data_a_kick_has_32_bits_and_the_position() {
        WatchedPort port = new WatchedPort(guest.function, 0);
        PciDriverTransport driver = start(port, Guest.VERSION_1 | NOTIFICATION_DATA);
        port.writes.clear();
        guest.add(1, 6);
        driver.kick(1, 0x8005);
        assertThat(port.writes).containsExactly("4:3004/4=80050001");
        assertThat(answer(1)).isEqualTo(6);
    }

    @Test
    void C13_with_configuration_data_a_kick_is_what_the_device_has_given() {
        WatchedPort port = new WatchedPort(guest.function, 0) {
            @Override
            public long readBar(int bar, long offset, int size) {
                return bar == 4 && offset == 0x38 ? 0xabc : super.readBar(bar, offset, size);
            }
        };
        PciDriverTransport driver = start(port, Guest.VERSION_1 | NOTIF_CONFIG_DATA);
        port.writes.clear();
        assertThat(echo(driver, 1, 5)).isEqualTo(5);
        assertThat(port.writes).containsExactly("4:3004/2=abc");
    }

    @Test
    void a_common_configuration_of_an_older_standard_offers_no_newer_features() {
        ForeignPort port = new ForeignPort(guest.function, 0);
        port.config.putInt(ForeignPort.COMMON + 12, 0x3a);
        assertThat(open(port).offeredFeatures())
                .isEqualTo(Guest.VERSION_1 | EchoType.FEATURE_A | NOTIFICATION_DATA | NOTIF_CONFIG_DATA);
        port.config.putInt(ForeignPort.COMMON + 12, 0x38);
        PciDriverTransport driver = start(port, Guest.VERSION_1);
        assertThat(driver.offeredFeatures()).isEqualTo(Guest.VERSION_1 | EchoType.FEATURE_A | NOTIFICATION_DATA);
        assertThat(echo(driver, 0, 1)).isEqualTo(1);
    }

    @Test
    void configuration_outside_of_the_structure_reads_zero_and_ignores_writes() {
        PciDriverTransport driver = open(new ForeignPort(guest.function, 0));
        assertThat(driver.readConfig(4, 4)).isZero();
        assertThat(driver.readConfig(6, 1)).isZero();
        assertThat(driver.readConfig(-1, 1)).isZero();
        assertThat(driver.readConfig(Integer.MAX_VALUE, 4)).isZero();
        driver.writeConfig(4, 4, -1L);
        assertThat(guest.type.config).containsExactly(10, 11, 12, 13, 14, 15);

        ForeignPort bare = new ForeignPort(guest.function, 0);
        bare.config.put(ForeignPort.DEVICE + 3, (byte) 0x78);
        assertThat(open(bare).readConfig(0, 1)).isZero();
    }

    @Test
    void the_device_ID_comes_from_the_IDs_of_the_function() {
        ForeignPort port = new ForeignPort(guest.function, 0);
        PciDriverTransport driver = open(port);
        port.config.putInt(0, 0x1040_1af4);
        assertThat(driver.deviceId()).isZero();
        port.config.putInt(0, 0x1057_1af4);
        assertThat(driver.deviceId()).isEqualTo(23);
        for (int ids : new int[] {0x1080_1af4, 0x0fff_1af4, 0x1057_8086, -1}) {
            port.config.putInt(0, ids);
            assertThat(driver.deviceId()).isZero();
        }
    }
}
