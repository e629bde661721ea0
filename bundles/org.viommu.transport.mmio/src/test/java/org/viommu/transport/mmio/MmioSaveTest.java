// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.mmio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viommu.virtio.Await;
import org.viommu.virtio.EchoTraffic;
import org.viommu.virtio.EchoType;
import org.viommu.virtio.VirtioDevice;
import org.viommu.virtqueue.RingFeatures;

/** Windows that are saved and go on in a fresh instance. */
class MmioSaveTest {
    private static final int ROUNDS = 200;

    private final EchoTraffic traffic = new EchoTraffic(3);
    private EchoType type;
    private VirtioDevice device;
    private MmioWindow window;
    private volatile boolean line;

    private void open() {
        type = EchoType.of(RingFeatures.SUPPORTED | RingFeatures.OPTIONAL, 16, 8);
        device = new VirtioDevice("test/echo", type, traffic.platform());
        window = new MmioWindow(device);
        window.connect(asserted -> line = asserted);
    }

    /** Puts a fresh window in the place of the present one. */
    private void move() {
        window.suspend();
        byte[] state = window.save();
        device.close();
        open();
        window.suspend();
        window.restore(state);
        window.resume();
    }

    /** What the guest has of whichever window is there. */
    private MmioRegisters guestView() {
        return new MmioRegisters() {
            @Override
            public long read(long offset, int size) {
                return window.read(offset, size);
            }

            @Override
            public void write(long offset, int size, long value) {
                window.write(offset, size, value);
            }

            @Override
            public void connect(InterruptLine next) {}
        };
    }

    @ParameterizedTest
    @CsvSource({"0x100000000", "0x120000000", "0x500000000", "0xd20000000"})
    void no_buffer_is_lost_or_repeated(String features) throws Exception {
        open();
        MmioDriverTransport driver = MmioDriverTransport.open(guestView());
        traffic.start(driver, Long.decode(features));
        Random random = new Random(9);
        long served = 0;
        for (int round = 0; round < ROUNDS; round++) {
            traffic.step(driver);
            if (random.nextInt(4) == 0) {
                EchoType last = type;
                move();
                served += last.served;
            }
        }
        traffic.drain();
        window.suspend();
        assertThat(served + type.served).isEqualTo(traffic.sent());
        device.close();
    }

    @Test
    void registers_and_interrupt_go_on() {
        open();
        window.write(0x070, 4, 3);
        window.write(0x024, 4, 1);
        window.write(0x020, 4, 1);
        window.write(0x070, 4, 0xb);
        window.write(0x014, 4, 1);
        window.write(0x030, 4, 1);
        window.write(0x038, 4, 4);
        window.write(0x094, 4, 0x1234_5678);
        window.write(0x070, 4, 0xf);
        Await.until("the session", () -> type.activation != null);
        type.activation.configChanged();
        assertThat(line).isTrue();

        line = false;
        move();

        assertThat(line).isTrue();
        assertThat(window.read(0x060, 4)).isEqualTo(2);
        assertThat(window.read(0x070, 4)).isEqualTo(0xf);
        assertThat(window.read(0x010, 4)).as("device features, word 1").isEqualTo(device.offeredFeatures() >>> 32);
        assertThat(window.read(0x034, 4)).as("queue 1").isEqualTo(8);
        assertThat(device.queues().get(1).driverArea()).isEqualTo(0x1234_5678_0000_0000L);
        assertThat(device.queues().get(1).size()).isEqualTo(4);
        window.write(0x064, 4, 2);
        assertThat(line).isFalse();
        device.close();
    }

    @Test
    void state_that_is_none_is_refused_and_changes_nothing() {
        open();
        assertThatIllegalStateException().isThrownBy(() -> window.save());
        window.suspend();
        byte[] state = window.save();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> window.restore(new byte[3]))
                .withMessage("state of a window has 3 bytes, at least 24 are needed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> window.restore(Arrays.copyOf(state, state.length + 1)))
                .withMessage("state of a window is followed by 1 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> window.restore(Arrays.copyOf(state, state.length - 1)))
                .withMessageContaining("are needed");
        state[0] = 9;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> window.restore(state))
                .withMessage("state of a window has version 9, not 1");
        assertThat(window.read(0x070, 4)).isZero();
        device.close();
    }
}
