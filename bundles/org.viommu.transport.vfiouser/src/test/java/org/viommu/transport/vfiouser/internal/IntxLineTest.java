// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viommu.transport.vfiouser.internal.os.EventFd;
import org.viommu.transport.vfiouser.internal.os.Peer;

class IntxLineTest {
    private final IntxLine line = new IntxLine();
    private final int fd = Peer.eventFd(Peer.NONBLOCKING);

    @BeforeEach
    void connect() throws IOException {
        line.assign(EventFd.take(Peer.received(fd), 0));
    }

    @AfterEach
    void close() {
        line.assign(null);
    }

    @Test
    void a_line_that_stays_asserted_signals_once_for_each_unmask() {
        line.set(true);
        line.set(true);
        assertThat(Peer.take(fd)).isEqualTo(1);
        line.unmask();
        line.unmask();
        assertThat(Peer.take(fd)).isEqualTo(2);
        line.set(false);
        line.unmask();
        assertThat(Peer.take(fd)).isZero();
    }

    @Test
    void a_line_that_is_deasserted_while_masked_does_not_signal() {
        line.mask();
        line.set(true);
        line.set(false);
        line.unmask();
        assertThat(Peer.take(fd)).isZero();
        line.set(true);
        assertThat(Peer.take(fd)).isEqualTo(1);
    }

    /** The device lowers the line when the driver acknowledges, as a driver does by reading the interrupt status. */
    @Test
    void no_interrupt_is_lost_between_a_device_and_a_driver() throws Exception {
        int interrupts = 2_000;
        AtomicInteger acknowledged = new AtomicInteger();
        Thread device = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < interrupts; i++) {
                line.set(true);
                while (acknowledged.get() == i) {
                    Thread.onSpinWait();
                }
            }
        });
        for (int i = 0; i < interrupts; i++) {
            int before = i;
            Await.until("interrupt " + before, () -> Peer.take(fd) > 0);
            line.set(false);
            acknowledged.set(i + 1);
            line.unmask();
        }
        device.join();
    }
}
