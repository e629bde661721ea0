// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.viommu.virtqueue.QueueState;

/** The bytes of a saved device. */
class DeviceStateTest {
    private static final SavedQueue USED = new SavedQueue(
            8, 0x1000, 0x2000, 0xffff_ffff_ffff_f000L, true, true, Optional.of(new QueueState(true, 8, 0x8003)));
    private static final SavedQueue UNUSED = new SavedQueue(-1, 1, 2, 3, false, true, Optional.empty());

    private static final DeviceState STATE = new DeviceState(
            23, 0x4f, 0x5_0000_0001L, 4, 200, List.of(USED, UNUSED), ByteBuffer.wrap(new byte[] {5, 6, 7}));

    private static byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(STATE.bytes());
        STATE.write(bytes);
        return bytes.array();
    }

    @Test
    void bytes_say_the_same_as_the_state() {
        assertThat(DeviceState.read(ByteBuffer.wrap(bytes()))).isEqualTo(STATE);
        assertThat(bytes()).startsWith(1, 0, 2, 0, 23, 0, 0, 0, 0x4f, 0).endsWith(5, 6, 7);
    }

    @Test
    void what_follows_is_left_alone() {
        ByteBuffer source = ByteBuffer.wrap(Arrays.copyOf(bytes(), STATE.bytes() + 10));
        DeviceState.read(source);
        assertThat(source.remaining()).isEqualTo(10);
    }

    @Test
    void another_version_is_refused() {
        byte[] bytes = bytes();
        bytes[0] = 2;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeviceState.read(ByteBuffer.wrap(bytes)))
                .withMessage("device state has version 2, not 1");
    }

    @Test
    void too_few_bytes_are_refused() {
        for (int length = 0; length < STATE.bytes(); length++) {
            ByteBuffer few = ByteBuffer.wrap(bytes(), 0, length);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DeviceState.read(few))
                    .withMessageMatching("device state has \\d+ bytes, at least \\d+ are needed");
        }
    }

    @Test
    void status_that_no_device_has_is_refused() {
        for (int status : new int[] {0x4, 0x40, 0x48, 0x100, 0x10, 0x20}) {
            byte[] bytes = bytes();
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(8, (short) status);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DeviceState.read(ByteBuffer.wrap(bytes)))
                    .withMessageContaining("status 0x%x".formatted(status));
        }
    }

    @Test
    void queue_in_use_goes_with_DRIVER_OK_and_its_position_with_its_size() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeviceState(23, 0xb, 0, 0, 0, List.of(USED), ByteBuffer.allocate(0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SavedQueue(16, 0, 0, 0, true, true, USED.position()))
                .withMessageContaining("16 entries");
        assertThatIllegalArgumentException().isThrownBy(() -> new SavedQueue(8, 0, 0, 0, false, true, USED.position()));
    }

    @Test
    void broken_bytes_are_a_state_or_refused_by_name() {
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = bytes();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(DeviceState.read(ByteBuffer.wrap(bytes)).queues()).isNotNull();
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageMatching("(device|queue|position) .*");
            }
        }
    }
}
