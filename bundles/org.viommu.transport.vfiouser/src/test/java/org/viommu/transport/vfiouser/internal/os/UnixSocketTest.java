// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    @TempDir
    private Path folder;

    private final MemorySegment target = Arena.ofAuto().allocate(64);
    private final ReceivedDescriptors descriptors = new ReceivedDescriptors();
    private UnixListener listener;
    private UnixConnection client;
    private UnixConnection server;

    @BeforeEach
    void connect() throws IOException {
        Path path = folder.resolve("socket");
        listener = UnixListener.bind(path);
        client = UnixConnection.connect(path, true);
        server = listener.accept();
    }

    @AfterEach
    void close() {
        descriptors.close();
        client.close();
        server.close();
        listener.close();
    }

    @Test
    void the_socket_file_is_for_its_owner_only() throws IOException {
        assertThat(Files.getPosixFilePermissions(folder.resolve("socket")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void a_path_that_exists_is_refused_by_name() {
        assertThatThrownBy(() -> UnixListener.bind(folder.resolve("socket")))
                .isInstanceOf(SystemCallException.class)
                .hasMessage("bind " + folder.resolve("socket") + ": EADDRINUSE");
    }

    @Test
    void a_path_of_107_bytes_fits_and_one_of_108_does_not() throws IOException {
        int room = SocketAddressLayout.MAX_PATH - folder.toString().length() - 1;
        Path longest = folder.resolve("x".repeat(room));
        UnixListener.bind(longest).close();
        assertThat(longest).exists();
        assertThatThrownBy(() -> UnixListener.bind(folder.resolve("x".repeat(room + 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 108 bytes; at most 107 are allowed");
    }

    @Test
    void descriptors_come_with_the_first_byte() throws IOException {
        int eventFd = Peer.eventFd(Peer.NONBLOCKING);
        Peer.send(client, new byte[] {1, 2, 3, 4}, eventFd);
        assertThat(server.receive(target, 4, descriptors)).isTrue();
        assertThat(target.asSlice(0, 4).toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3, 4);
        assertThat(descriptors.count()).isEqualTo(1);
        assertThat(descriptors.get(0)).isNotEqualTo(eventFd);
        Peer.put(descriptors.get(0), 7);
        assertThat(Peer.take(eventFd)).isEqualTo(7);
        Peer.close(eventFd);
    }

    @Test
    void bytes_that_come_one_by_one_are_put_together() throws IOException {
        for (byte b = 1; b <= 3; b++) {
            Peer.send(client, new byte[] {b});
        }
        assertThat(server.receive(target, 3, descriptors)).isTrue();
        assertThat(target.asSlice(0, 3).toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
    }

    @Test
    void sixteen_descriptors_fit_and_more_are_reported_and_not_leaked() throws IOException {
        int eventFd = Peer.eventFd(0);
        long open = Peer.openDescriptors();
        Peer.send(client, new byte[1], IntStream.range(0, 16).map(i -> eventFd).toArray());
        server.receive(target, 1, descriptors);
        assertThat(descriptors.count()).isEqualTo(16);
        assertThat(descriptors.truncated()).isFalse();
        descriptors.close();
        Peer.send(client, new byte[1], IntStream.range(0, 17).map(i -> eventFd).toArray());
        server.receive(target, 1, descriptors);
        assertThat(descriptors.truncated()).isTrue();
        descriptors.close();
        assertThat(Peer.openDescriptors()).isEqualTo(open);
        Peer.close(eventFd);
    }

    @Test
    void descriptors_where_nobody_asks_for_them_are_closed_by_the_kernel() throws IOException {
        int eventFd = Peer.eventFd(0);
        long open = Peer.openDescriptors();
        Peer.send(client, new byte[3], eventFd);
        server.receive(target, 3);
        assertThat(Peer.openDescriptors()).isEqualTo(open);
        Peer.close(eventFd);
    }

    @Test
    void the_end_before_a_message_is_no_error_and_the_end_inside_is_one() throws IOException {
        Peer.send(client, new byte[3]);
        client.close();
        assertThatThrownBy(() -> server.receive(target, 4, descriptors)).isInstanceOf(EOFException.class);
        assertThat(server.receive(target, 4, descriptors)).isFalse();
    }

    @Test
    void sending_to_a_closed_peer_fails_by_name() {
        client.close();
        assertThatThrownBy(() -> server.send(target, 4)).hasMessage("send on a connection: EPIPE");
    }

    @Test
    void shutdown_wakes_a_thread_that_receives() throws Exception {
        Thread waker = Thread.ofPlatform().start(server::shutdown);
        assertThat(server.receive(target, 4, descriptors)).isFalse();
        waker.join();
    }

    @Test
    void shutdown_wakes_a_thread_that_accepts() throws Exception {
        Thread waker = Thread.ofPlatform().start(listener::shutdown);
        assertThatThrownBy(() -> listener.accept()).isInstanceOf(SystemCallException.class);
        waker.join();
    }

    @Test
    void shutdown_after_close_does_not_touch_the_number() throws IOException {
        server.close();
        Path other = folder.resolve("other");
        try (UnixListener reused = UnixListener.bind(other)) {
            server.shutdown();
            UnixConnection.connect(other, true).close();
            reused.accept().close();
        }
    }
}
