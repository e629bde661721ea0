// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.transport.vfiouser.internal.VfioUserClient.Reply;
import org.viommu.transport.vfiouser.internal.os.Errno;
import org.viommu.transport.vfiouser.internal.wire.Command;

class RegionAccessTest {
    private static final int CONFIG = 7;

    @TempDir
    private Path folder;

    private final StubFunction function = new StubFunction("vm/iommu0");
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
    }

    @Test
    void what_is_written_is_read() throws Exception {
        vmm.write(StubFunction.BAR, 0x3ffe, (byte) 1, (byte) 2);
        Reply reply = vmm.read(StubFunction.BAR, 0x3ffc, 4);
        assertThat(reply.body().getLong(0)).isEqualTo(0x3ffc);
        assertThat(reply.body().getInt(8)).isEqualTo(StubFunction.BAR);
        assertThat(reply.body().getInt(12)).isEqualTo(4);
        assertThat(reply.body().getInt(16)).isEqualTo(0x02010000);
    }

    @Test
    void an_access_beyond_the_end_is_EINVAL() throws Exception {
        assertRefused(vmm.read(CONFIG, 253, 4));
        assertRefused(vmm.read(CONFIG, 256, 1));
        assertRefused(vmm.read(CONFIG, -1, 1));
        assertRefused(vmm.read(CONFIG, Long.MIN_VALUE, 1));
        assertRefused(vmm.write(StubFunction.BAR, 0x3fff, (byte) 1, (byte) 2));
        assertRefused(vmm.read(StubFunction.BAR, 1L << 32, 1));
    }

    @Test
    void a_region_that_does_not_exist_is_EINVAL() throws Exception {
        assertRefused(vmm.read(0, 0, 1));
        assertRefused(vmm.read(6, 0, 0));
        assertRefused(vmm.read(9, 0, 1));
        assertRefused(vmm.write(-1, 0, (byte) 1));
        assertRefused(vmm.regionInfo(9));
        assertRefused(vmm.regionInfo(-1));
    }

    @Test
    void several_writes_in_one_message_are_done_in_order() throws Exception {
        Reply reply = vmm.request(
                Command.REGION_WRITE_MULTI,
                VfioUserClient.bytes(8 + 2 * 24)
                        .putLong(2)
                        .putLong(0x10)
                        .putInt(StubFunction.BAR)
                        .putInt(8)
                        .putLong(0x0807060504030201L)
                        .putLong(0x12)
                        .putInt(StubFunction.BAR)
                        .putInt(2)
                        .putLong(0));
        assertThat(reply.body().capacity()).isEqualTo(8);
        assertThat(reply.body().getLong(0)).isEqualTo(2);
        assertThat(vmm.read(StubFunction.BAR, 0x10, 8).body().getLong(16)).isEqualTo(0x0807060500000201L);
    }

    @Test
    void the_largest_read_is_answered_whole() throws Exception {
        Reply reply = vmm.read(StubFunction.BAR, 0, StubFunction.BAR_SIZE);
        assertThat(reply.body().capacity()).isEqualTo(16 + StubFunction.BAR_SIZE);
    }

    private static void assertRefused(Reply reply) {
        assertThat(reply.errno()).isEqualTo(Errno.EINVAL.number());
    }
}
