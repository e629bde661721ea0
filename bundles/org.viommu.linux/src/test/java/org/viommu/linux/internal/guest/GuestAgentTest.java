// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class GuestAgentTest {
    @TempDir
    private Path folder;

    @Test
    void a_request_is_one_line_and_so_is_its_answer() throws Exception {
        Path socket = folder.resolve("control.sock");
        try (GuestAgent agent = GuestAgent.listen(socket);
                FakeGuest guest = FakeGuest.connect(socket, request -> "ok heard=" + request.replace(' ', '_'))) {
            assertThat(guest).isNotNull();
            agent.awaitReady(() -> {});

            assertThat(agent.ask(() -> {}, "read", 0, 256L).get("heard")).isEqualTo("read_0_256");
            assertThat(agent.ask(() -> {}, "groups").get("heard")).isEqualTo("groups");
        }
    }

    @Test
    void waiting_ends_when_the_guest_is_gone() throws Exception {
        Path socket = folder.resolve("control.sock");
        AtomicBoolean gone = new AtomicBoolean();
        Liveness liveness = () -> {
            if (gone.get()) {
                throw new GuestGone("it went");
            }
        };
        try (GuestAgent agent = GuestAgent.listen(socket);
                FakeGuest guest = FakeGuest.connect(socket, request -> null)) {
            assertThat(guest).isNotNull();
            agent.awaitReady(liveness);
            gone.set(true);

            assertThatThrownBy(() -> agent.ask(liveness, "read"))
                    .isInstanceOf(GuestGone.class)
                    .hasMessage("it went");
        }
    }

    @Test
    void a_guest_that_never_connects_is_not_waited_for_longer_than_it_lives() throws Exception {
        try (GuestAgent agent = GuestAgent.listen(folder.resolve("control.sock"))) {
            assertThatThrownBy(() -> agent.awaitReady(() -> {
                        throw new GuestGone("QEMU ended");
                    }))
                    .isInstanceOf(GuestGone.class);
        }
    }
}
