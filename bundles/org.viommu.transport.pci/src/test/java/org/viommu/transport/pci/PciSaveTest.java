// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

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

/** Functions that are saved and go on in a fresh instance. */
class PciSaveTest {
    private static final int ROUNDS = 200;

    private final EchoTraffic traffic = new EchoTraffic(3);
    private EchoType type;
    private VirtioDevice device;
    private Host host;

    private void open() {
        type = EchoType.of(RingFeatures.SUPPORTED | RingFeatures.OPTIONAL, 16, 8);
        device = new VirtioDevice("test/echo", type, traffic.platform());
        host = new Host(new VirtioPciFunction("test/pci", device, traffic.memory(), Guest.CLASS_CODE));
    }

    /** Puts a fresh function in the place of the present one. */
    private void move() {
        host.function.suspend();
        byte[] state = host.function.save();
        device.close();
        open();
        host.function.suspend();
        host.function.restore(state);
        host.function.resume();
    }

    /** What the guest has of whichever function is there. */
    private PciPort guestView() {
        return new PciPort() {
            @Override
            public long readConfig(int offset, int size) {
                return host.config(offset, size);
            }

            @Override
            public long readBar(int bar, long offset, int size) {
                return host.bar(bar, offset, size);
            }

            @Override
            public void writeBar(int bar, long offset, int size, long value) {
                host.bar(bar, offset, size, value);
            }

            @Override
            public int connect(PciInterrupts interrupts) {
                return 3;
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"0x100000000", "0x120000000", "0x500000000", "0xd20000000"})
    void no_buffer_is_lost_or_repeated(String features) throws Exception {
        open();
        new PciDriver(host).master().messages();
        PciDriverTransport driver = PciDriverTransport.open(guestView());
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
        host.function.suspend();
        assertThat(served + type.served).isEqualTo(traffic.sent());
        device.close();
    }

    @Test
    void registers_vectors_and_pending_messages_go_on() throws Exception {
        open();
        PciDriver driver = new PciDriver(host).master().messages();
        driver.host.config(0x3c, 1, 11);
        traffic.start(driver, Guest.VERSION_1);
        driver.common(0x10, 2, 0);
        driver.select(1);
        driver.common(0x1a, 2, 2);
        host.bar(1, 2 * 16, 8, 0x1122_3344_5566_7788L);
        host.bar(1, 12, 4, 1);
        Await.until("the session", () -> type.activation != null);
        type.activation.configChanged();
        assertThat(host.allMessages()).isZero();

        move();

        PciDriver after = new PciDriver(host);
        assertThat(host.config(0x3c, 1)).isEqualTo(11);
        assertThat(host.config(4, 2)).isEqualTo(6);
        assertThat(after.common(0x10, 2)).isZero();
        assertThat(after.common(0x16, 2)).isEqualTo(1);
        assertThat(after.common(0x1a, 2)).isEqualTo(2);
        assertThat(after.status()).isEqualTo(0xf);
        assertThat(host.bar(1, 2 * 16, 8)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(host.messages.get(0)).as("vector 0 is masked").isZero();
        host.bar(1, 12, 4, 0);
        assertThat(host.messages.get(0)).isEqualTo(1);
        Await.until("the interrupt that may have been missed", () -> host.messages.get(2) == 1);
        assertThat(after.isr()).isEqualTo(2);
        device.close();
    }

    @Test
    void pin_that_was_asserted_is_asserted_again() throws Exception {
        open();
        PciDriver driver = new PciDriver(host).master();
        traffic.start(driver, Guest.VERSION_1);
        Await.until("the session", () -> type.activation != null);
        type.activation.configChanged();
        assertThat(host.pin).isTrue();

        move();

        assertThat(host.pin).isTrue();
        assertThat(new PciDriver(host).isr() & 2).isEqualTo(2);
        device.close();
    }

    @Test
    void guest_that_does_not_let_the_function_use_memory_holds_it_still_afterwards_too() throws Exception {
        open();
        PciDriver driver = new PciDriver(host);
        traffic.start(driver, Guest.VERSION_1);
        traffic.step(driver);

        move();

        assertThat(type.sessions).isZero();
        new PciDriver(host).master();
        traffic.drain();
        device.close();
    }

    @Test
    void state_that_is_none_is_refused_and_changes_nothing() {
        open();
        assertThatIllegalStateException().isThrownBy(() -> host.function.save());
        host.function.suspend();
        byte[] state = host.function.save();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host.function.restore(new byte[3]))
                .withMessageStartingWith("state of a PCI function has 3 bytes, at least");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host.function.restore(Arrays.copyOf(state, state.length + 1)))
                .withMessage("state of a PCI function is followed by 1 bytes");
        byte[] other = state.clone();
        other[2] = 4;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host.function.restore(other))
                .withMessage("state of a PCI function has 4 vectors, the function has 3");
        state[0] = 9;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host.function.restore(state))
                .withMessage("state of a PCI function has version 9, not 1");
        assertThat(new PciDriver(host).status()).isZero();
        device.close();
    }
}
