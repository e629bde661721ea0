// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.virtio.Await;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.EchoType;

/** The registers of a device (virtio 1.4, 4.2.2). */
class MmioWindowTest {
    private static final int QUEUE = 1;
    private static final int CONFIG = 2;

    private final Board board = new Board();

    private void startAndAwaitSession() {
        board.start(Board.VERSION_1);
        Await.until("the session", () -> board.type.activation != null);
    }

    @Test
    void a_device_introduces_itself() {
        assertThat(board.get(0x000)).isEqualTo(0x74726976);
        assertThat(board.get(0x004)).isEqualTo(2);
        assertThat(board.get(0x008)).isEqualTo(EchoType.ID);
        assertThat(board.get(0x00c)).isNotZero();
    }

    @Test
    void a_window_without_a_device_has_device_ID_0() {
        MmioRegisters window = MmioWindow.placeholder();
        window.connect(InterruptLine.NONE);
        window.write(0x070, 4, 1);
        assertThat(window.read(0x000, 4)).isEqualTo(0x74726976);
        assertThat(window.read(0x004, 4)).isEqualTo(2);
        for (int offset = 0x008; offset < 0x200; offset += 4) {
            assertThat(window.read(offset, 4)).isZero();
        }
        assertThat(window.read(0x000, 1)).isZero();
        assertThat(window.read(0x004, 2)).isZero();
    }

    @Test
    void a_driver_that_knows_only_the_standard_gets_its_answers() {
        board.start(Board.VERSION_1);
        for (int i = 1; i <= 20; i++) {
            assertThat(board.echo(i % 2, i)).isEqualTo(i);
            Await.until("the line", () -> board.line);
            assertThat(board.get(0x060)).isEqualTo(QUEUE);
            board.set(0x064, QUEUE);
        }
    }

    @Test
    void features_come_in_words_and_are_zero_beyond_the_known_ones() {
        board.set(0x014, 0);
        assertThat(board.get(0x010)).isEqualTo((int) EchoType.FEATURE_A);
        board.set(0x014, 1);
        assertThat(board.get(0x010))
                .isEqualTo((int) ((Board.VERSION_1 | Board.NOTIFICATION_DATA | Board.RING_RESET) >>> 32));
        for (int select : new int[] {2, 3, 31, 32, 64, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            board.set(0x014, select);
            assertThat(board.get(0x010)).isZero();
        }
    }

    @Test
    void M1_a_bit_of_the_interrupt_status_stays_until_it_is_acknowledged() {
        startAndAwaitSession();
        board.type.activation.interrupt(0);
        board.type.activation.configChanged();
        assertThat(board.get(0x060)).isEqualTo(QUEUE | CONFIG);
        assertThat(board.get(0x060)).isEqualTo(QUEUE | CONFIG);
        assertThat(board.line).isTrue();

        board.set(0x064, QUEUE);
        assertThat(board.get(0x060)).isEqualTo(CONFIG);
        assertThat(board.line).isTrue();
        board.set(0x064, ~CONFIG);
        assertThat(board.line).isTrue();
        board.set(0x064, CONFIG);
        assertThat(board.get(0x060)).isZero();
        assertThat(board.line).isFalse();
    }

    @Test
    void M1_a_line_that_is_connected_late_shows_what_waits() {
        startAndAwaitSession();
        board.type.activation.interrupt(1);
        boolean[] level = {false};
        board.window.connect(asserted -> level[0] = asserted);
        assertThat(level[0]).isTrue();
    }

    @Test
    void M2_a_reset_clears_the_interrupt_status_and_all_queues() {
        startAndAwaitSession();
        board.type.activation.interrupt(0);
        board.set(0x070, 0);

        assertThat(board.get(0x070)).isZero();
        assertThat(board.get(0x060)).isZero();
        assertThat(board.line).isFalse();
        for (int queue = 0; queue < 2; queue++) {
            board.set(0x030, queue);
            assertThat(board.get(0x044)).isZero();
        }
        assertThat(board.start(Board.VERSION_1).echo(0, 1)).isEqualTo(1);
    }

    @Test
    void M2_a_reset_of_the_machine_does_the_same_and_reaches_the_type() {
        startAndAwaitSession();
        board.type.activation.configChanged();
        board.window.reset();
        assertThat(board.get(0x070)).isZero();
        assertThat(board.line).isFalse();
        assertThat(board.get(0x044)).isZero();
        assertThat(board.type.systemResets).isEqualTo(1);
    }

    @Test
    void M3_the_generation_is_that_of_the_device() {
        assertThat(board.get(0x0fc)).isZero();
        board.type.generation = 200;
        assertThat(board.get(0x0fc)).isEqualTo(200);
    }

    @Test
    void M4_a_queue_that_is_not_ready_is_not_used() {
        board.start(Board.VERSION_1).echo(0, 1);
        board.set(0x030, 0);
        board.set(0x044, 0);
        assertThat(board.get(0x044)).isZero();
        board.add(0, 2);
        board.set(0x050, 0);
        assertThat(board.echo(1, 3)).isEqualTo(3);
        assertThat(board.poll(0)).isEqualTo(-1);

        board.setUpQueue(0);
        assertThat(board.echo(0, 4)).isEqualTo(4);
    }

    @Test
    void M4_only_0_and_1_change_whether_a_queue_is_ready() {
        board.start(Board.VERSION_1);
        board.set(0x030, 0);
        for (int value : new int[] {2, 3, 0x100, -1}) {
            board.set(0x044, value);
            assertThat(board.get(0x044)).isEqualTo(1);
        }
    }

    @Test
    void M5_a_queue_reset_is_done_when_it_reads_0_together_with_queue_ready() {
        board.start(Board.VERSION_1 | Board.RING_RESET).echo(0, 1);
        board.set(0x030, 0);
        assertThat(board.get(0x0c0)).isZero();
        board.set(0x0c0, 1);
        assertThat(board.get(0x0c0)).isZero();
        assertThat(board.get(0x044)).isZero();
        assertThat(board.echo(1, 2)).isEqualTo(2);

        board.setUpQueue(0);
        assertThat(board.get(0x0c0)).isZero();
        assertThat(board.echo(0, 3)).isEqualTo(3);
    }

    @Test
    void M5_no_queue_is_reset_without_RING_RESET_or_by_another_value() {
        board.start(Board.VERSION_1);
        board.set(0x030, 0);
        board.set(0x0c0, 1);
        assertThat(board.get(0x044)).isEqualTo(1);

        board.start(Board.VERSION_1 | Board.RING_RESET);
        board.set(0x030, 0);
        for (int value : new int[] {0, 2, -1}) {
            board.set(0x0c0, value);
            assertThat(board.get(0x044)).isEqualTo(1);
        }
    }

    @Test
    void M6_registers_are_accessed_as_aligned_words_only() {
        for (int size : new int[] {-1, 0, 1, 2, 3, 5, 8, 16}) {
            assertThat(board.window.read(0x000, size)).isZero();
            board.window.write(0x070, size, 1);
            assertThat(board.get(0x070)).isZero();
        }
        for (int offset : new int[] {0x001, 0x002, 0x003, -4, Integer.MIN_VALUE}) {
            assertThat(board.window.read(offset, 4)).isZero();
        }
        for (int offset : new int[] {0x06e, 0x06f, 0x071, 0x072}) {
            board.window.write(offset, 4, 0x0101_0101);
            assertThat(board.get(0x070)).isZero();
        }
    }

    @Test
    void M6_the_configuration_space_is_accessed_as_wide_as_its_fields() {
        assertThat(board.window.read(0x100, 4)).isEqualTo(0x0d0c0b0aL);
        assertThat(board.window.read(0x104, 2)).isEqualTo(0x0f0e);
        assertThat(board.window.read(0x105, 1)).isEqualTo(0x0f);
        assertThat(board.window.read(0x104, 4)).isEqualTo(0x0f0e);
        assertThat(board.window.read(0x106, 1)).isZero();
        board.window.write(0x101, 1, 0x1ff);
        board.window.write(0x102, 2, 0x1122);
        assertThat(board.type.config).containsExactly(10, -1, 0x22, 0x11, 14, 15);
    }

    @Test
    void M6_other_accesses_to_the_configuration_space_do_nothing() {
        byte[] before = board.type.config.clone();
        for (int size : new int[] {-4, 0, 3, 5, 8}) {
            assertThat(board.window.read(0x100, size)).isZero();
            board.window.write(0x100, size, -1L);
        }
        assertThat(board.window.read(0x101, 4)).isZero();
        assertThat(board.window.read(0x101, 2)).isZero();
        board.window.write(0x101, 2, -1L);
        board.window.write(0x102, 4, -1L);
        for (long offset : new long[] {0xfff, 0x7fff_fffcL, 0x8000_0000L, 0x1_0000_0100L, Long.MAX_VALUE - 3, -0x100}) {
            assertThat(board.window.read(offset, 1)).isZero();
            board.window.write(offset, 1, 1);
        }
        assertThat(board.type.config).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 48, 63, 65, 128, 0x8000, 0x1_0000, Integer.MIN_VALUE, -1})
    void M7_a_size_that_is_not_allowed_refuses_queue_ready(int size) {
        board.set(0x030, 0);
        assertThat(board.get(0x034)).isEqualTo(64);
        board.set(0x038, size);
        board.set(0x044, 1);
        assertThat(board.get(0x044)).isZero();
        board.set(0x038, 32);
        board.set(0x044, 1);
        assertThat(board.get(0x044)).isEqualTo(1);
    }

    @Test
    void M7_a_queue_that_does_not_exist_has_size_0_and_is_never_ready() {
        for (int queue : new int[] {2, 3, 64, 0x1_0000, Integer.MIN_VALUE, -1}) {
            board.set(0x030, queue);
            assertThat(board.get(0x034)).isZero();
            board.set(0x038, 8);
            board.set(0x080, 0x1000);
            board.set(0x0c0, 1);
            board.set(0x044, 1);
            assertThat(board.get(0x044)).isZero();
        }
    }

    @Test
    void M8_the_registers_of_a_ready_queue_keep_still() {
        board.start(Board.VERSION_1);
        board.set(0x030, 0);
        board.set(0x038, 4);
        for (int register = 0x080; register <= 0x0a4; register += 4) {
            board.set(register, 0);
        }
        assertThat(board.device.queues().get(0).size()).isEqualTo(8);
        assertThat(board.device.queues().get(0).descriptorArea())
                .isEqualTo(Board.addresses(0).descriptorArea());
        assertThat(board.echo(0, 1)).isEqualTo(1);
    }

    @Test
    void kicks_carry_notification_data_once_it_is_negotiated() {
        board.start(Board.VERSION_1 | Board.NOTIFICATION_DATA);
        board.add(1, 7);
        board.set(0x050, 0x8001_0001);
        assertThat(board.await(1)).isEqualTo(7);

        board.start(Board.VERSION_1);
        board.add(1, 8);
        for (int value : new int[] {2, 64, 0x1_0001, -1}) {
            board.set(0x050, value);
        }
        assertThat(board.poll(1)).isEqualTo(-1);
        board.set(0x050, 1);
        assertThat(board.await(1)).isEqualTo(8);
    }

    @Test
    void there_is_no_shared_memory() {
        for (int region : new int[] {0, 1, -1}) {
            board.set(0x0ac, region);
            for (int register = 0x0b0; register <= 0x0bc; register += 4) {
                assertThat(board.window.read(register, 4)).isEqualTo(0xffff_ffffL);
            }
        }
    }

    @Test
    void registers_that_cannot_be_read_or_do_not_exist_read_zero() {
        board.start(Board.VERSION_1);
        for (int register : new int[] {
            0x014, 0x018, 0x020, 0x024, 0x030, 0x038, 0x050, 0x064, 0x080, 0x090, 0x0a0, 0x0ac, 0x0c4, 0x0f8
        }) {
            assertThat(board.get(register)).as("0x%x", register).isZero();
        }
    }

    @Test
    void a_broken_device_needs_a_reset_and_notifies() {
        board.start(Board.VERSION_1).echo(0, 1);
        board.set(0x064, QUEUE);
        board.memory.replace(List.of());
        board.set(0x050, 0);
        Await.until("NEEDS_RESET", () -> (board.get(0x070) & DeviceStatus.NEEDS_RESET) != 0);
        Await.until("the notification", () -> (board.get(0x060) & CONFIG) != 0);
        board.set(0x070, 0);
        assertThat(board.get(0x070)).isZero();
    }

    @Test
    void no_access_of_any_offset_size_and_value_does_harm() {
        Random random = new Random(20_261);
        int[] sizes = {1, 2, 4, 4, 4, 4, 8};
        for (int i = 0; i < 100_000; i++) {
            long offset = random.nextInt(16) == 0 ? random.nextLong() : random.nextInt(0x110);
            int size = sizes[random.nextInt(sizes.length)];
            if (random.nextBoolean()) {
                board.window.read(offset, size);
            } else {
                board.window.write(offset, size, random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(16));
            }
        }
        board.window.reset();
        assertThat(board.start(Board.VERSION_1).echo(0, 1)).isEqualTo(1);
        assertThat(board.device.faults().defects()).isZero();
    }
}
