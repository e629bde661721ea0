// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;
import org.viommu.transport.vfiouser.internal.os.Errno;
import org.viommu.transport.vfiouser.internal.os.Peer;

class DmaMappingsTest {
    private static final int READ = 1;
    private static final int READ_WRITE = 3;
    private static final int ALL = 2;

    @TempDir
    private Path folder;

    private final StubFunction function = new StubFunction("vm/iommu0");
    private final int ram = Peer.memfd(0x10_0000);
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
        Peer.close(ram);
    }

    @Test
    void memory_without_a_descriptor_is_known_but_not_reachable() throws Exception {
        vmm.dmaMap(READ, 0, 0x1000, 0x1000);
        try (MemoryAccess memory = function.memory().open()) {
            assertThatThrownBy(() -> memory.getByte(0x1000))
                    .isInstanceOfSatisfying(
                            AccessFault.class,
                            fault -> assertThat(fault.reason()).isEqualTo(AccessFault.Reason.NOT_MAPPABLE));
        }
    }

    @Test
    void read_only_memory_refuses_writes() throws Exception {
        vmm.dmaMap(READ, 0, 0x1000, 0x1000, ram);
        try (MemoryAccess memory = function.memory().open()) {
            assertThat(memory.getByte(0x1000)).isZero();
            assertThatThrownBy(() -> memory.putByte(0x1000, (byte) 1)).isInstanceOf(AccessFault.class);
        }
    }

    @Test
    void the_last_page_of_the_address_space_can_be_mapped() throws Exception {
        assertThat(vmm.dmaMap(READ_WRITE, 0, -0x1000L, 0x1000, ram).errno()).isZero();
        assertThat(function.memory().regions().get(0).end()).isEqualTo(-1L);
        assertThat(vmm.dmaUnmap(0, -0x1000L, 0x1000).errno()).isZero();
        assertThat(function.memory().regions()).isEmpty();
    }

    @Test
    void an_overlap_is_EEXIST_and_changes_nothing() throws Exception {
        vmm.dmaMap(READ_WRITE, 0, 0x2000, 0x2000, ram);
        assertErrno(Errno.EEXIST, vmm.dmaMap(READ_WRITE, 0, 0x1000, 0x2000, ram));
        assertErrno(Errno.EEXIST, vmm.dmaMap(READ_WRITE, 0, 0x3000, 0x2000, ram));
        assertErrno(Errno.EEXIST, vmm.dmaMap(READ_WRITE, 0, 0x1000, 0x8000, ram));
        assertErrno(Errno.EEXIST, vmm.dmaMap(READ_WRITE, 0, 0x2000, 0x2000));
        assertThat(vmm.dmaMap(READ_WRITE, 0, 0x1000, 0x1000, ram).errno()).isZero();
        assertThat(vmm.dmaMap(READ_WRITE, 0, 0x4000, 0x1000, ram).errno()).isZero();
        assertThat(function.memory().regions()).hasSize(3);
    }

    @Test
    void what_is_no_range_of_pages_is_EINVAL() throws Exception {
        assertErrno(Errno.EINVAL, vmm.dmaMap(READ_WRITE, 0, 0x1000, 0, ram));
        assertErrno(Errno.EINVAL, vmm.dmaMap(READ_WRITE, 0, 0x1001, 0x1000, ram));
        assertErrno(Errno.EINVAL, vmm.dmaMap(READ_WRITE, 0, 0x1000, 0x1001, ram));
        assertErrno(Errno.EINVAL, vmm.dmaMap(READ_WRITE, 0, -0x1000L, 0x2000, ram));
        assertErrno(Errno.EINVAL, vmm.dmaMap(READ_WRITE, 0x800, 0x1000, 0x1000, ram));
        assertErrno(Errno.EINVAL, vmm.dmaMap(READ_WRITE, -0x1000, 0x1000, 0x1000, ram));
        assertErrno(Errno.EINVAL, vmm.dmaMap(READ_WRITE, 0, 0x1000, 1L << 63, ram));
    }

    @Test
    void a_file_that_is_too_short_and_unknown_flags_are_EINVAL() throws Exception {
        assertErrno(Errno.EINVAL, vmm.dmaMap(READ_WRITE, 0xf_f000, 0, 0x2000, ram));
        assertErrno(Errno.EINVAL, vmm.dmaMap(0, 0, 0, 0x1000, ram));
        assertErrno(Errno.EINVAL, vmm.dmaMap(2, 0, 0, 0x1000, ram));
        assertErrno(Errno.EINVAL, vmm.dmaMap(7, 0, 0, 0x1000, ram));
        assertErrno(Errno.EINVAL, vmm.dmaUnmap(1, 0, 0x1000));
        assertErrno(Errno.EINVAL, vmm.dmaUnmap(ALL, 0, 0x1000));
    }

    @Test
    void one_unmap_takes_several_mappings_but_cuts_none() throws Exception {
        vmm.dmaMap(READ_WRITE, 0, 0x1000, 0x1000, ram);
        vmm.dmaMap(READ_WRITE, 0, 0x3000, 0x2000, ram);
        vmm.dmaMap(READ_WRITE, 0, 0x8000, 0x1000, ram);
        assertErrno(Errno.EINVAL, vmm.dmaUnmap(0, 0, 0x4000));
        assertErrno(Errno.EINVAL, vmm.dmaUnmap(0, 0x4000, 0x4000));
        assertErrno(Errno.ENOENT, vmm.dmaUnmap(0, 0x5000, 0x3000));
        assertThat(function.memory().regions()).hasSize(3);
        assertThat(vmm.dmaUnmap(0, 0, 0x8000).errno()).isZero();
        assertThat(function.memory().regions()).hasSize(1);
    }

    @Test
    void unmap_of_all_takes_all() throws Exception {
        for (int i = 0; i < 10; i++) {
            vmm.dmaMap(READ_WRITE, 0, i * 0x1000L, 0x1000, ram);
        }
        assertThat(vmm.dmaUnmap(ALL, 0, 0).errno()).isZero();
        assertThat(function.memory().regions()).isEmpty();
        assertThat(vmm.dmaMap(READ_WRITE, 0, 0, 0x1000, ram).errno()).isZero();
    }

    @Test
    void an_access_that_is_under_way_delays_the_reply_to_unmap() throws Exception {
        vmm.dmaMap(READ_WRITE, 0, 0, 0x1000, ram);
        MemoryAccess memory = function.memory().open();
        memory.enter();
        int id = vmm.send(
                3, 0, VfioUserClient.bytes(24).putInt(24).putInt(0).putLong(0).putLong(0x1000));
        Await.until(
                "the region is out of the table",
                () -> function.memory().regions().isEmpty());
        memory.exit();
        assertThat(vmm.reply(id, 3).errno()).isZero();
        assertThatThrownBy(() -> memory.getByte(0)).isInstanceOf(AccessFault.class);
        memory.close();
    }

    /** Devices read all the time while the mappings change; each read gives the mapped byte or a fault. */
    @Test
    void a_storm_of_maps_and_unmaps_under_access_leaves_nothing_behind() throws Exception {
        long descriptors = Peer.openDescriptors();
        long mappings = Peer.mappings("memfd:guest");
        AtomicLong reads = new AtomicLong();
        Thread device = Thread.ofPlatform().start(() -> readUntilNegative(reads));
        Random random = new Random(7);
        boolean[] mapped = new boolean[16];
        for (int i = 0; i < 2_000; i++) {
            int page = random.nextInt(mapped.length);
            long address = page * 0x1000L;
            int errno = mapped[page]
                    ? vmm.dmaUnmap(0, address, 0x1000).errno()
                    : vmm.dmaMap(READ_WRITE, address, address, 0x1000, ram).errno();
            assertThat(errno).isZero();
            mapped[page] ^= true;
        }
        vmm.dmaUnmap(ALL, 0, 0);
        reads.set(Long.MIN_VALUE);
        device.join();
        assertThat(Peer.mappings("memfd:guest")).isEqualTo(mappings);
        assertThat(Peer.openDescriptors()).isEqualTo(descriptors);
    }

    private void readUntilNegative(AtomicLong reads) {
        MemoryAccess memory = function.memory().open();
        for (long page = 0; reads.incrementAndGet() > 0; page = (page + 1) % 16) {
            try {
                assertThat(memory.getByte(page * 0x1000)).isZero();
            } catch (AccessFault e) {
                assertThat(e.reason()).isEqualTo(AccessFault.Reason.OUTSIDE_MEMORY);
            }
        }
        memory.close();
    }

    private static void assertErrno(Errno errno, VfioUserClient.Reply reply) {
        assertThat(reply.errno()).isEqualTo(errno.number());
    }
}
