// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.viommu.virtio.Await;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.EchoType;

/** A driver's way to a device: what it does, and what it makes of devices that are not like ours. */
class MmioDriverTransportTest {
    private final Board board = new Board();
    private final MmioDriverTransport driver = board.driver();

    private void start(long features) {
        driver.setStatus(0);
        assertThat(driver.status()).isZero();
        driver.setStatus(DeviceStatus.ACKNOWLEDGE);
        driver.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
        driver.acceptFeatures(features);
        driver.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FEATURES_OK);
        assertThat(driver.status() & DeviceStatus.FEATURES_OK).isNotZero();
        for (int i = 0; i < 2; i++) {
            board.clear(i);
            assertThat(driver.enableQueue(i, Board.addresses(i))).isTrue();
        }
        driver.setStatus(Board.READY);
    }

    private int echo(int queue, int value) {
        board.add(queue, value);
        driver.kick(queue);
        return board.await(queue);
    }

    /** Plain memory behind a window: what is written is read. */
    private static class Cells implements MmioRegisters {
        final TreeMap<Long, Long> values = new TreeMap<>();
        final List<String> accesses = new ArrayList<>();
        InterruptLine line = InterruptLine.NONE;

        Cells() {
            values.put(0x000L, 0x74726976L);
            values.put(0x004L, 2L);
        }

        @Override
        public long read(long offset, int size) {
            accesses.add("r%03x/%d".formatted(offset, size));
            return values.getOrDefault(offset, 0L);
        }

        @Override
        public void write(long offset, int size, long value) {
            accesses.add("w%03x/%d=%x".formatted(offset, size, value));
            values.put(offset, value);
        }

        @Override
        public void connect(InterruptLine next) {
            line = next;
        }
    }

    @Test
    void a_device_is_driven_from_reset_to_traffic_and_back() {
        assertThat(driver.deviceId()).isEqualTo(EchoType.ID);
        assertThat(driver.offeredFeatures())
                .isEqualTo(EchoType.FEATURE_A | Board.VERSION_1 | Board.NOTIFICATION_DATA | Board.RING_RESET);
        assertThat(driver.maxQueueSize(0)).isEqualTo(64);
        assertThat(driver.maxQueueSize(1)).isEqualTo(16);
        assertThat(driver.maxQueueSize(2)).isZero();
        for (int round = 0; round < 3; round++) {
            start(Board.VERSION_1 | EchoType.FEATURE_A);
            assertThat(driver.status()).isEqualTo(Board.READY);
            for (int i = 1; i <= 10; i++) {
                assertThat(echo(i % 2, i)).isEqualTo(i);
            }
        }
        assertThat(board.device.acceptedFeatures()).isEqualTo(Board.VERSION_1 | EchoType.FEATURE_A);
    }

    @Test
    void used_buffers_and_configuration_changes_reach_the_driver() {
        start(Board.VERSION_1);
        echo(0, 1);
        // One bit stands for all queues.
        Await.until("the interrupt", () -> board.queueInterrupts.get(0) == 1 && board.queueInterrupts.get(1) == 1);
        // The device's thread may still be looking for more, and then it is that which tells.
        board.type.activation.configChanged();
        Await.until("the change", () -> board.configInterrupts.get() == 1);
        assertThat(board.get(0x060)).isZero();
        assertThat(board.queueInterrupts.get(0)).isEqualTo(1);
        assertThat(board.queueInterrupts.get(1)).isEqualTo(1);
    }

    @Test
    void no_interrupt_is_lost_between_status_and_acknowledgement() throws IOException {
        Cells device = new Cells() {
            private int raised = 3;

            @Override
            public void write(long offset, int size, long value) {
                super.write(offset, size, value);
                if (offset == 0x064) {
                    values.put(0x060L, --raised > 0 ? 3L : 0L);
                }
            }
        };
        int[] events = {0, 0};
        MmioDriverTransport transport = MmioDriverTransport.open(device);
        transport.enableQueue(1, Board.addresses(1));
        transport.connect(new org.viommu.virtio.DeviceInterrupts() {
            @Override
            public void queue(int queue) {
                events[0]++;
            }

            @Override
            public void config() {
                events[1]++;
            }
        });
        device.values.put(0x060L, 3L);
        device.line.level(true);
        device.line.level(false);
        assertThat(events).containsExactly(6, 3);
    }

    @Test
    void M5_a_queue_is_reset_and_enabled_again_while_the_other_goes_on() {
        start(Board.VERSION_1 | Board.RING_RESET);
        echo(0, 1);
        driver.resetQueue(0);
        Await.until("the queue reset", () -> !driver.queueResetting(0));
        assertThat(echo(1, 2)).isEqualTo(2);
        board.clear(0);
        assertThat(driver.enableQueue(0, Board.addresses(0))).isTrue();
        assertThat(echo(0, 3)).isEqualTo(3);
    }

    @Test
    void M5_a_device_may_take_its_time_for_the_reset_of_a_queue() throws IOException {
        Cells device = new Cells();
        MmioDriverTransport transport = MmioDriverTransport.open(device);
        transport.resetQueue(5);
        assertThat(device.values.get(0x030L)).isEqualTo(5);
        assertThat(transport.queueResetting(5)).isTrue();
        device.values.put(0x0c0L, 0L);
        assertThat(transport.queueResetting(5)).isFalse();
    }

    @Test
    void M6_registers_are_accessed_as_words_and_fields_as_wide_as_they_are() throws IOException {
        Cells device = new Cells();
        MmioDriverTransport transport = MmioDriverTransport.open(device);
        transport.enableQueue(1, Board.addresses(1));
        transport.kick(1);
        transport.configGeneration();
        assertThat(device.accesses).allMatch(access -> access.contains("/4"));

        device.accesses.clear();
        transport.readConfig(0, 4);
        transport.readConfig(6, 2);
        transport.writeConfig(9, 1, 0x77);
        assertThat(device.accesses).containsExactly("r100/4", "r106/2", "w109/1=77");
    }

    @Test
    void M8_a_queue_that_is_in_use_is_left_alone() throws IOException {
        Cells device = new Cells();
        device.values.put(0x044L, 1L);
        MmioDriverTransport transport = MmioDriverTransport.open(device);
        device.accesses.clear();
        assertThat(transport.enableQueue(0, Board.addresses(0))).isFalse();
        assertThat(device.accesses).containsExactly("w030/4=0", "r044/4");
    }

    @Test
    void M9_a_queue_is_stopped_by_queue_ready_and_read_back() {
        start(Board.VERSION_1);
        echo(0, 1);
        assertThat(driver.disableQueue(0)).isTrue();
        assertThat(echo(1, 2)).isEqualTo(2);
        board.clear(0);
        assertThat(driver.enableQueue(0, Board.addresses(0))).isTrue();
        assertThat(echo(0, 3)).isEqualTo(3);
    }

    @Test
    void M9_a_device_that_does_not_let_go_is_not_trusted() throws IOException {
        Cells device = new Cells() {
            @Override
            public long read(long offset, int size) {
                return offset == 0x044 ? 1 : super.read(offset, size);
            }
        };
        assertThat(MmioDriverTransport.open(device).disableQueue(0)).isFalse();
    }

    @Test
    void kicks_carry_the_position_once_notification_data_is_negotiated() throws IOException {
        Cells device = new Cells();
        MmioDriverTransport transport = MmioDriverTransport.open(device);
        transport.kick(3, 0x8005);
        assertThat(device.values.get(0x050L)).isEqualTo(0x8005_0003L);

        start(Board.VERSION_1 | Board.NOTIFICATION_DATA);
        board.add(1, 9);
        driver.kick(1, 1);
        assertThat(board.await(1)).isEqualTo(9);
    }

    @Test
    void configuration_is_read_and_written() {
        assertThat(driver.readConfig(0, 4)).isEqualTo(0x0d0c0b0aL);
        assertThat(driver.readConfig(4, 2)).isEqualTo(0x0f0e);
        driver.writeConfig(5, 1, 0x55);
        assertThat(board.type.config[5]).isEqualTo((byte) 0x55);
        board.type.generation = 9;
        assertThat(driver.configGeneration()).isEqualTo(9);
    }

    @Test
    void a_queue_that_is_not_as_the_standard_allows_is_cut_to_size() throws IOException {
        Cells device = new Cells();
        MmioDriverTransport transport = MmioDriverTransport.open(device);
        device.values.put(0x034L, 0xffff_ffffL);
        assertThat(transport.maxQueueSize(0)).isZero();
        device.values.put(0x034L, 0x7fff_ffffL);
        assertThat(transport.maxQueueSize(0)).isEqualTo(32768);
    }

    @Test
    void a_window_without_a_device_is_no_error() throws IOException {
        assertThat(MmioDriverTransport.open(MmioWindow.placeholder()).deviceId())
                .isZero();
    }

    @Test
    void what_is_no_virtio_device_of_version_2_is_refused() {
        Cells legacy = new Cells();
        legacy.values.put(0x004L, 1L);
        assertThatIOException()
                .isThrownBy(() -> MmioDriverTransport.open(legacy))
                .withMessageContaining("version 1");
        Cells other = new Cells();
        other.values.put(0x000L, 0xffff_ffffL);
        assertThatIOException()
                .isThrownBy(() -> MmioDriverTransport.open(other))
                .withMessageContaining("0xffffffff");
    }
}
