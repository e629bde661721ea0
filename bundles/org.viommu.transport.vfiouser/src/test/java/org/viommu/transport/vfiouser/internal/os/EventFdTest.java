// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EventFdTest {
    private static final long FULL = -2;

    @Test
    void each_signal_adds_one() throws IOException {
        int fd = Peer.eventFd(Peer.NONBLOCKING);
        EventFd eventFd = EventFd.take(Peer.received(fd), 0);
        assertThat(eventFd.signal()).isTrue();
        assertThat(eventFd.signal()).isTrue();
        assertThat(Peer.take(fd)).isEqualTo(2);
        eventFd.close();
    }

    @Test
    void a_closed_one_says_so() throws IOException {
        long open = Peer.openDescriptors();
        EventFd eventFd = EventFd.take(Peer.received(Peer.eventFd(0)), 0);
        eventFd.close();
        eventFd.close();
        assertThat(eventFd.signal()).isFalse();
        assertThat(Peer.openDescriptors()).isEqualTo(open);
    }

    @Test
    void a_full_counter_does_not_block() throws IOException {
        int fd = Peer.eventFd(0);
        Peer.put(fd, FULL);
        EventFd eventFd = EventFd.take(Peer.received(fd), 0);
        assertThat(eventFd.signal()).isTrue();
        assertThat(Peer.take(fd)).isEqualTo(FULL);
        eventFd.close();
    }

    @Test
    void what_is_no_eventfd_is_refused_and_stays_with_the_message() {
        int[] pipe = Peer.pipe();
        long open = Peer.openDescriptors();
        ReceivedDescriptors received = Peer.received(pipe[1]);
        assertThatThrownBy(() -> EventFd.take(received, 0))
                .hasMessageStartingWith("eventfd expected instead of pipe:")
                .hasMessageEndingWith("EINVAL");
        received.close();
        assertThat(Peer.openDescriptors()).isEqualTo(open - 1);
        Peer.close(pipe[0]);
    }

    @Test
    void no_signal_reaches_a_number_that_is_in_use_again() throws Exception {
        AtomicReference<EventFd> current = new AtomicReference<>(EventFd.take(Peer.received(Peer.eventFd(0)), 0));
        Thread[] signallers = new Thread[2];
        for (int i = 0; i < signallers.length; i++) {
            signallers[i] = Thread.ofPlatform().start(() -> {
                EventFd target;
                while ((target = current.get()) != null) {
                    target.signal();
                }
            });
        }
        for (int round = 0; round < 5_000; round++) {
            EventFd last = current.getAndSet(EventFd.take(Peer.received(Peer.eventFd(Peer.NONBLOCKING)), 0));
            last.close();
            // Takes the number that the close gave back, if a signaller did not hold it.
            int other = Peer.eventFd(Peer.NONBLOCKING);
            Thread.onSpinWait();
            assertThat(Peer.take(other)).isZero();
            Peer.close(other);
        }
        current.getAndSet(null).close();
        for (Thread signaller : signallers) {
            signaller.join();
        }
    }
}
