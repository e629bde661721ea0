// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.transport.pci.PciInterrupts;
import org.viommu.transport.vfiouser.internal.os.Peer;
import org.viommu.transport.vfiouser.internal.os.UnixConnection;
import org.viommu.transport.vfiouser.internal.os.UnixListener;

class FunctionServerTest {
    @TempDir
    private Path folder;

    private final StubFunction function = new StubFunction("vm/iommu0");
    private final int ram = Peer.memfd(0x10000);
    private final int eventFd = Peer.eventFd(Peer.NONBLOCKING);

    private FunctionServer server;

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
        Peer.close(ram, eventFd);
    }

    @Test
    void a_socket_that_nobody_listens_on_is_replaced() throws Exception {
        UnixListener.bind(socket()).close();
        assertThat(socket()).exists();
        server = FunctionServer.open(function, socket());
        try (VfioUserClient vmm = VfioUserClient.negotiated(socket())) {
            assertThat(vmm.reset().errno()).isZero();
        }
    }

    @Test
    void a_socket_that_somebody_listens_on_is_left_alone() throws Exception {
        server = FunctionServer.open(function, socket());
        StubFunction second = new StubFunction("vm/second");
        assertThatThrownBy(() -> FunctionServer.open(second, socket()))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContainingAll(socket().toString(), "listens");
        try (VfioUserClient vmm = VfioUserClient.negotiated(socket())) {
            assertThat(vmm.reset().errno()).isZero();
        }
    }

    @Test
    void a_socket_whose_queue_is_full_is_left_alone() throws Exception {
        try (UnixListener busy = UnixListener.bind(socket());
                UnixConnection first = UnixConnection.connect(socket(), false);
                UnixConnection second = UnixConnection.connect(socket(), false)) {
            assertThatThrownBy(() -> FunctionServer.open(function, socket()))
                    .isInstanceOf(FileAlreadyExistsException.class);
            first.shutdown();
            second.shutdown();
            busy.shutdown();
        }
    }

    @Test
    void a_file_that_is_no_socket_is_left_alone() throws Exception {
        Files.writeString(socket(), "precious");
        assertThatThrownBy(() -> FunctionServer.open(function, socket()))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("is no socket");
        assertThat(socket()).hasContent("precious");
        Path link = Files.createSymbolicLink(folder.resolve("link"), socket());
        assertThatThrownBy(() -> FunctionServer.open(function, link)).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void the_parent_folder_must_exist() {
        assertThatThrownBy(() -> FunctionServer.open(function, folder.resolve("none/socket")))
                .isInstanceOf(NotDirectoryException.class)
                .hasMessageContaining(folder.resolve("none").toString());
    }

    @Test
    void a_path_that_is_too_long_is_refused_by_length() {
        assertThatThrownBy(() -> FunctionServer.open(function, folder.resolve("x".repeat(108))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 107");
    }

    @Test
    void close_removes_its_own_socket_file_only() throws Exception {
        server = FunctionServer.open(function, socket());
        server.close();
        assertThat(socket()).doesNotExist();

        server = FunctionServer.open(function, socket());
        Files.delete(socket());
        Files.writeString(socket(), "precious");
        server.close();
        assertThat(socket()).hasContent("precious");
        Files.delete(socket());

        server = FunctionServer.open(function, socket());
        Files.delete(socket());
        server.close();
    }

    @Test
    void close_ends_the_connection_and_empties_the_function() throws Exception {
        server = FunctionServer.open(function, socket());
        VfioUserClient vmm = VfioUserClient.negotiated(socket());
        give(vmm);
        server.close();
        assertThat(vmm.closedByServer()).isTrue();
        assertThat(function.isIdle()).isTrue();
        assertThat(function.resets).hasValue(1);
        server.close();
        vmm.close();
    }

    @Test
    void a_vmm_that_goes_takes_everything_with_it_and_leaks_nothing() throws Exception {
        server = FunctionServer.open(function, socket());
        long descriptors = Peer.openDescriptors();
        long mappings = Peer.mappings("memfd:guest");
        for (int round = 1; round <= 50; round++) {
            VfioUserClient vmm = VfioUserClient.negotiated(socket());
            give(vmm);
            PciInterrupts late = function.interrupts;
            vmm.close();
            Await.until("the function is idle", function::isIdle);
            late.msix(0);
            late.intx(true);
            assertThat(function.resets).hasValue(round);
        }
        Await.until("all is closed", () -> Peer.openDescriptors() == descriptors);
        assertThat(Peer.mappings("memfd:guest")).isEqualTo(mappings);
    }

    @Test
    void the_function_rests_before_its_memory_goes() throws Exception {
        server = FunctionServer.open(function, socket());
        VfioUserClient vmm = VfioUserClient.negotiated(socket());
        give(vmm);
        function.resetHook = () -> assertThat(function.memory().regions()).hasSize(1);
        try (LogCapture log = new LogCapture()) {
            vmm.close();
            Await.until("the function is idle", function::isIdle);
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void a_defect_of_the_function_ends_the_connection_only() throws Exception {
        server = FunctionServer.open(function, socket());
        try (LogCapture log = new LogCapture()) {
            function.doorbell = () -> {
                throw new IllegalStateException("defect");
            };
            VfioUserClient vmm = VfioUserClient.negotiated(socket());
            give(vmm);
            vmm.post(StubFunction.BAR, StubFunction.DOORBELL, (byte) 0);
            assertThat(vmm.closedByServer()).isTrue();
            vmm.close();
            function.resetHook = () -> {
                throw new IllegalStateException("another defect");
            };
            VfioUserClient next = VfioUserClient.negotiated(socket());
            give(next);
            next.close();
            Await.until("the function is idle", function::isIdle);
            function.resetHook = () -> {};
            try (VfioUserClient last = VfioUserClient.negotiated(socket())) {
                assertThat(last.reset().errno()).isZero();
            }
            assertThat(log.warnings()).anyMatch(line -> line.contains("closed by a defect"));
        }
    }

    @Test
    void a_peer_that_says_nothing_leaves_the_function_alone() throws Exception {
        server = FunctionServer.open(function, socket());
        try (LogCapture log = new LogCapture()) {
            new VfioUserClient(socket()).close();
            VfioUserClient.negotiated(socket()).close();
            Await.until(
                    "the second one is gone",
                    () -> log.lines().stream().anyMatch(line -> line.contains("disconnected")));
            assertThat(function.resets).hasValue(1);
            assertThat(log.lines()).hasSize(2);
        }
    }

    private void give(VfioUserClient vmm) throws IOException {
        assertThat(vmm.dmaMap(3, 0, 0, 0x10000, ram).errno()).isZero();
        assertThat(vmm.setIrqs(0x24, 0, 0, 1, eventFd).errno()).isZero();
        assertThat(vmm.setIrqs(0x24, 2, 0, 2, eventFd, eventFd).errno()).isZero();
    }

    private Path socket() {
        return folder.resolve("socket");
    }
}
