// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.transport.vfiouser.internal.VfioUserClient.Reply;
import org.viommu.transport.vfiouser.internal.os.Errno;
import org.viommu.transport.vfiouser.internal.os.Peer;
import org.viommu.transport.vfiouser.internal.wire.Command;

class InterruptSetupTest {
    private static final int INTX = 0;
    private static final int MSI = 1;
    private static final int MSIX = 2;
    private static final int ERROR = 3;
    private static final int NONE = 0x1;
    private static final int BOOL = 0x2;
    private static final int EVENTFD = 0x4;
    private static final int MASK = 0x8;
    private static final int UNMASK = 0x10;
    private static final int TRIGGER = 0x20;

    @TempDir
    private Path folder;

    private final StubFunction function = new StubFunction("vm/iommu0");
    private final int[] fds = IntStream.range(0, StubFunction.VECTORS)
            .map(i -> Peer.eventFd(Peer.NONBLOCKING))
            .toArray();
    private FunctionServer server;
    private VfioUserClient vmm;

    @BeforeEach
    void connect() throws IOException {
        server = FunctionServer.open(function, folder.resolve("socket"));
        vmm = VfioUserClient.negotiated(folder.resolve("socket"));
    }

    @AfterEach
    void close() {
        vmm.close();
        server.close();
        Peer.close(fds);
    }

    @Test
    void all_vectors_are_assigned_in_pieces_of_16() throws Exception {
        for (int start = 0; start < fds.length; start += 16) {
            int[] piece = java.util.Arrays.copyOfRange(fds, start, Math.min(start + 16, fds.length));
            assertOk(vmm.setIrqs(EVENTFD | TRIGGER, MSIX, start, piece.length, piece));
        }
        for (int vector = 0; vector < fds.length; vector++) {
            function.interrupts.msix(vector);
            assertThat(Peer.take(fds[vector])).isEqualTo(1);
        }
    }

    @Test
    void a_count_without_descriptors_takes_them_away() throws Exception {
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 0, 2, fds[0], fds[1]));
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 1, StubFunction.VECTORS - 1));
        function.interrupts.msix(0);
        function.interrupts.msix(1);
        assertThat(Peer.take(fds[0])).isEqualTo(1);
        assertThat(Peer.take(fds[1])).isZero();
    }

    @Test
    void a_vector_signals_its_newest_eventfd() throws Exception {
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 0, 1, fds[0]));
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 0, 1, fds[1]));
        function.interrupts.msix(0);
        assertThat(Peer.take(fds[0])).isZero();
        assertThat(Peer.take(fds[1])).isEqualTo(1);
    }

    @Test
    void a_vmm_can_trigger_vectors_itself() throws Exception {
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 0, 3, fds[0], fds[1], fds[2]));
        assertOk(vmm.setIrqs(NONE | TRIGGER, MSIX, 1, 1));
        assertOk(vmm.request(
                Command.DEVICE_SET_IRQS,
                VfioUserClient.irqSet(22, BOOL | TRIGGER, MSIX, 1, 2)
                        .put((byte) 0)
                        .put((byte) 1)));
        assertThat(new long[] {Peer.take(fds[0]), Peer.take(fds[1]), Peer.take(fds[2])})
                .containsExactly(0, 1, 1);
    }

    @Test
    void a_masked_pin_signals_when_it_is_unmasked() throws Exception {
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, INTX, 0, 1, fds[0]));
        assertOk(vmm.setIrqs(NONE | MASK, INTX, 0, 1));
        function.interrupts.intx(true);
        assertThat(Peer.take(fds[0])).isZero();
        assertOk(vmm.setIrqs(NONE | UNMASK, INTX, 0, 1));
        assertThat(Peer.take(fds[0])).isEqualTo(1);
        assertOk(vmm.request(
                Command.DEVICE_SET_IRQS,
                VfioUserClient.irqSet(21, BOOL | UNMASK, INTX, 0, 1).put((byte) 0)));
        assertThat(Peer.take(fds[0])).isZero();
        assertOk(vmm.request(
                Command.DEVICE_SET_IRQS,
                VfioUserClient.irqSet(21, BOOL | UNMASK, INTX, 0, 1).put((byte) 1)));
        assertThat(Peer.take(fds[0])).isEqualTo(1);
    }

    @Test
    void a_pin_that_is_asserted_before_it_is_connected_signals_then() throws Exception {
        function.interrupts.intx(true);
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, INTX, 0, 1, fds[0]));
        assertThat(Peer.take(fds[0])).isEqualTo(1);
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, INTX, 0, 1));
        assertOk(vmm.setIrqs(NONE | UNMASK, INTX, 0, 1));
        assertThat(Peer.take(fds[0])).isZero();
    }

    @Test
    void a_vmm_can_trigger_the_pin_itself() throws Exception {
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, INTX, 0, 1, fds[0]));
        assertOk(vmm.setIrqs(NONE | TRIGGER, INTX, 0, 1));
        assertThat(Peer.take(fds[0])).isEqualTo(1);
    }

    @Test
    void a_function_without_a_pin_has_no_INTx() throws Exception {
        vmm.close();
        Await.until("the function is idle", function::isIdle);
        function.config[0x3d] = 0;
        vmm = VfioUserClient.negotiated(folder.resolve("socket"));
        assertThat(vmm.irqInfo(INTX).body().getInt(12)).isZero();
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, INTX, 0, 1, fds[0]));
    }

    @Test
    void what_is_out_of_range_is_EINVAL() throws Exception {
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, MSIX, StubFunction.VECTORS, 1, fds[0]));
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 1, StubFunction.VECTORS));
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, MSIX, -1, 1, fds[0]));
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 1, -1));
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, INTX, 0, 2, fds[0], fds[1]));
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, MSI, 0, 1, fds[0]));
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, ERROR, 0, 1, fds[0]));
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, 5, 0, 1, fds[0]));
        assertErrno(Errno.EINVAL, vmm.setIrqs(NONE | TRIGGER, MSIX, 1, 0));
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 0, 0));
        assertErrno(Errno.EINVAL, vmm.irqInfo(4));
        assertErrno(Errno.EINVAL, vmm.irqInfo(-1));
    }

    @Test
    void masks_that_nobody_offers_are_ENOTSUP() throws Exception {
        assertErrno(Errno.ENOTSUP, vmm.setIrqs(NONE | MASK, MSIX, 0, 1));
        assertErrno(Errno.ENOTSUP, vmm.setIrqs(EVENTFD | UNMASK, INTX, 0, 1, fds[0]));
    }

    @Test
    void one_bad_descriptor_changes_nothing_and_leaks_nothing() throws Exception {
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 0, 2, fds[0], fds[1]));
        int[] pipe = Peer.pipe();
        long open = Peer.openDescriptors();
        assertErrno(Errno.EINVAL, vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 0, 2, fds[2], pipe[1]));
        function.interrupts.msix(0);
        assertThat(Peer.take(fds[0])).isEqualTo(1);
        assertThat(Peer.openDescriptors()).isEqualTo(open);
        Peer.close(pipe);
    }

    @Test
    void no_message_is_lost_while_the_eventfd_changes() throws Exception {
        assertOk(vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 0, 1, fds[0]));
        int messages = 100_000;
        Thread device = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < messages; i++) {
                function.interrupts.msix(0);
            }
        });
        for (int i = 0; device.isAlive(); i++) {
            assertOk(vmm.setIrqs(EVENTFD | TRIGGER, MSIX, 0, 1, fds[i % 2]));
        }
        device.join();
        assertThat(Peer.take(fds[0]) + Peer.take(fds[1])).isEqualTo(messages);
    }

    private static void assertOk(Reply reply) {
        assertThat(reply.errno()).isZero();
        assertThat(reply.body().capacity()).isZero();
    }

    private static void assertErrno(Errno errno, Reply reply) {
        assertThat(reply.errno()).isEqualTo(errno.number());
    }
}
