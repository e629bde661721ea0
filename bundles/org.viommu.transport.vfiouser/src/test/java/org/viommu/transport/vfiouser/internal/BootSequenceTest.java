// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.transport.vfiouser.internal.VfioUserClient.Reply;
import org.viommu.transport.vfiouser.internal.os.Peer;
import org.viommu.transport.vfiouser.internal.wire.DmaMapLayout;
import org.viommu.transport.vfiouser.internal.wire.IrqSetLayout;

/** What QEMU 11 sends, from realizing the device to the end of the guest, in its order. */
class BootSequenceTest {
    private static final int INTX = 0;
    private static final int MSIX = 2;
    private static final int CONFIG = 7;
    private static final int READ = DmaMapLayout.FLAG_READABLE;
    private static final int READ_WRITE = READ | DmaMapLayout.FLAG_WRITABLE;
    private static final int EVENTFD_TRIGGER = IrqSetLayout.DATA_EVENTFD | IrqSetLayout.ACTION_TRIGGER;
    private static final int NONE_TRIGGER = IrqSetLayout.DATA_NONE | IrqSetLayout.ACTION_TRIGGER;
    private static final int NONE_UNMASK = IrqSetLayout.DATA_NONE | IrqSetLayout.ACTION_UNMASK_IRQ;
    private static final long RAM = 0x2000_0000L;

    @TempDir
    private Path folder;

    private final StubFunction function = new StubFunction("vm/iommu0");
    private final int ram = Peer.memfd(RAM);
    private final int intx = Peer.eventFd(Peer.NONBLOCKING);
    private final int[] msix = {
        Peer.eventFd(Peer.NONBLOCKING), Peer.eventFd(Peer.NONBLOCKING), Peer.eventFd(Peer.NONBLOCKING)
    };
    private FunctionServer server;
    private VfioUserClient vmm;

    @BeforeEach
    void listen() throws IOException {
        server = FunctionServer.open(function, folder.resolve("socket"));
        vmm = new VfioUserClient(folder.resolve("socket"));
    }

    @AfterEach
    void close() {
        vmm.close();
        server.close();
        Peer.close(ram, intx);
        Peer.close(msix);
    }

    @Test
    void a_guest_boots_reboots_and_comes_back_with_another_vmm() throws Exception {
        realize();
        boot();
        reboot();
        boot();
        vmm.close();
        Await.until("the function is idle", function::isIdle);
        assertThat(function.resets).hasValue(2);
        vmm = new VfioUserClient(folder.resolve("socket"));
        realize();
        boot();
    }

    private void realize() throws Exception {
        Reply version = vmm.version(0, 0, VfioUserClient.QEMU_VERSION + "\0");
        assertThat(version.body().getInt(0)).isZero();
        String capabilities =
                StandardCharsets.UTF_8.decode(version.body().position(4)).toString();
        assertThat(capabilities)
                .startsWith("{\"capabilities\":{")
                .endsWith("}}\0")
                .contains("\"max_msg_fds\":16", "\"pgsizes\":4096", "\"max_dma_maps\":65535")
                .contains("\"max_data_xfer_size\":65536", "\"write_multiple\":true")
                .doesNotContain("migration");

        assertOk(vmm.dmaMap(READ_WRITE, 0, 0, RAM, ram), 0);
        assertOk(vmm.dmaMap(READ, 0, 0xfffc_0000L, 0x4_0000), 0);

        Reply device = vmm.deviceInfo();
        assertOk(device, 16);
        assertThat(ints(device)).containsExactly(16, 3, 9, 5);
        assertRegion(0, 0);
        assertRegion(1, 0x1000);
        assertRegion(4, StubFunction.BAR_SIZE);
        assertRegion(5, 0);
        assertRegion(6, 0);
        assertRegion(CONFIG, 256);
        assertThat(vmm.irqInfo(3).errno()).isEqualTo(22);
        assertThat(ints(vmm.irqInfo(MSIX))).containsExactly(16, 1, MSIX, StubFunction.VECTORS);
        assertThat(ints(vmm.irqInfo(INTX))).containsExactly(16, 7, INTX, 1);

        function.config[0] = 0x12;
        Reply config = vmm.read(CONFIG, 0, 256);
        assertOk(config, 16 + 256);
        assertThat(config.body().get(16)).isEqualTo((byte) 0x12);
        assertOk(vmm.setIrqs(EVENTFD_TRIGGER, INTX, 0, 1, intx), 0);
    }

    private void boot() throws Exception {
        assertOk(vmm.write(CONFIG, 4, (byte) 6, (byte) 0), 16);
        assertThat(function.config[4]).isEqualTo((byte) 6);
        signalsIntx();
        storm();
        assertOk(vmm.setIrqs(NONE_TRIGGER, INTX, 0, 0), 0);
        function.interrupts.intx(true);
        function.interrupts.intx(false);
        assertThat(Peer.take(intx)).isZero();

        assertOk(vmm.setIrqs(EVENTFD_TRIGGER, MSIX, 0, 1), 0);
        assertOk(vmm.setIrqs(NONE_TRIGGER, MSIX, 0, 0), 0);
        assertOk(vmm.setIrqs(EVENTFD_TRIGGER, MSIX, 0, 1, msix[0]), 0);
        function.interrupts.msix(1);
        assertOk(vmm.setIrqs(EVENTFD_TRIGGER, MSIX, 1, 2, msix[1], msix[2]), 0);
        kick();
        assertOk(vmm.setIrqs(NONE_TRIGGER, MSIX, 0, 0), 0);
        function.interrupts.msix(1);
        assertThat(Peer.take(msix[1])).isZero();
        assertOk(vmm.setIrqs(EVENTFD_TRIGGER, INTX, 0, 1, intx), 0);
    }

    /** The doorbell makes the function read a request from guest memory and answer there. */
    private void kick() throws Exception {
        function.doorbell = () -> {
            try (MemoryAccess memory = function.memory().open()) {
                memory.putInt(0x2000, memory.getInt(0x1000) + 1);
                function.interrupts.msix(1);
            } catch (AccessFault e) {
                throw new AssertionError(e);
            }
        };
        try (MemoryAccess memory = function.memory().open()) {
            memory.putInt(0x1000, 41);
            vmm.post(StubFunction.BAR, StubFunction.DOORBELL, (byte) 0, (byte) 0);
            assertOk(vmm.read(StubFunction.BAR, 0, 4), 20);
            assertThat(memory.getInt(0x2000)).isEqualTo(42);
        }
        assertThat(Peer.take(msix[1])).isEqualTo(1);
        assertThat(Peer.take(msix[0]) + Peer.take(msix[2])).isZero();
    }

    private void signalsIntx() throws IOException {
        function.interrupts.intx(true);
        assertThat(Peer.take(intx)).isEqualTo(1);
        function.interrupts.intx(false);
        function.interrupts.intx(true);
        assertThat(Peer.take(intx)).as("masked by the first signal").isZero();
        assertOk(vmm.setIrqs(NONE_UNMASK, INTX, 0, 1), 0);
        assertThat(Peer.take(intx)).as("still asserted").isEqualTo(1);
        function.interrupts.intx(false);
        assertOk(vmm.setIrqs(NONE_UNMASK, INTX, 0, 1), 0);
        assertThat(Peer.take(intx)).isZero();
    }

    /** The firmware moves the pieces of low memory about. */
    private void storm() throws Exception {
        assertOk(vmm.dmaUnmap(0, 0, RAM), 24);
        for (int round = 0; round < 10; round++) {
            assertOk(vmm.dmaMap(READ_WRITE, 0, 0, 0xc_0000, ram), 0);
            assertOk(vmm.dmaMap(READ, 0xc_0000, 0xc_0000, 0x4_0000, ram), 0);
            assertOk(vmm.dmaMap(READ_WRITE, 0x10_0000, 0x10_0000, RAM - 0x10_0000, ram), 0);
            if (round < 9) {
                assertOk(vmm.dmaUnmap(0, 0, 0xc_0000), 24);
                assertOk(vmm.dmaUnmap(0, 0xc_0000, 0x4_0000), 24);
                assertOk(vmm.dmaUnmap(0, 0x10_0000, RAM - 0x10_0000), 24);
            }
        }
        assertThat(function.memory().regions()).hasSize(4);
        assertThat(function.memory().regions().get(1).writable()).isFalse();
    }

    private void reboot() throws IOException {
        int before = function.resets.get();
        assertOk(vmm.setIrqs(NONE_TRIGGER, INTX, 0, 0), 0);
        assertOk(vmm.reset(), 0);
        assertThat(function.resets).hasValue(before + 1);
        assertOk(vmm.setIrqs(EVENTFD_TRIGGER, INTX, 0, 1, intx), 0);
        assertOk(vmm.dmaUnmap(0, 0, RAM), 24);
        assertOk(vmm.dmaMap(READ_WRITE, 0, 0, RAM, ram), 0);
    }

    private void assertRegion(int index, long size) throws IOException {
        ByteBuffer info = vmm.regionInfo(index).body();
        assertThat(info.capacity()).isEqualTo(32);
        assertThat(info.getInt(0)).isEqualTo(32);
        assertThat(info.getInt(4)).isEqualTo(size == 0 ? 0 : 3);
        assertThat(info.getInt(8)).isEqualTo(index);
        assertThat(info.getLong(16)).isEqualTo(size);
    }

    private static void assertOk(Reply reply, int length) {
        assertThat(reply.errno()).isZero();
        assertThat(reply.body().capacity()).isEqualTo(length);
    }

    private static int[] ints(Reply reply) {
        int[] ints = new int[reply.body().capacity() / 4];
        reply.body().asIntBuffer().get(ints);
        return ints;
    }
}
