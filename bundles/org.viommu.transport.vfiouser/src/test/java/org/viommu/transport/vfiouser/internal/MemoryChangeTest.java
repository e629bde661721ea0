// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.transport.vfiouser.internal.os.Peer;

class MemoryChangeTest {
    private static final int READ_WRITE = 3;
    private static final long RAM_SIZE = 0x10000;
    private static final long HALF = RAM_SIZE / 2;

    @TempDir
    private Path folder;

    private final StubFunction function = new StubFunction("vm/disk0");
    private final int ram = Peer.memfd((int) RAM_SIZE);

    private FunctionServer server;
    private VfioUserClient vmm;

    @BeforeEach
    void connect() throws Exception {
        server = FunctionServer.open(function, folder.resolve("socket"));
        vmm = VfioUserClient.negotiated(folder.resolve("socket"));
        assertThat(vmm.dmaMap(READ_WRITE, 0, 0, RAM_SIZE, ram).errno()).isZero();
    }

    @AfterEach
    void close() {
        vmm.close();
        server.close();
        Peer.close(ram);
    }

    @Test
    void memory_that_is_only_added_stops_nothing() {
        assertThat(function.suspensions).hasValue(0);
    }

    @Test
    void the_function_stands_still_from_the_first_removal_until_the_VMM_asks_for_something_else() throws Exception {
        assertThat(vmm.dmaUnmap(0, 0, RAM_SIZE).errno()).isZero();
        assertThat(function.suspended).isTrue();
        assertThat(vmm.dmaMap(READ_WRITE, 0, 0, HALF, ram).errno()).isZero();
        assertThat(vmm.dmaMap(READ_WRITE, HALF, HALF, HALF, ram).errno()).isZero();
        vmm.read(StubFunction.BAR, 0, 4);
        assertThat(function.suspended).isFalse();
        assertThat(function.suspensions).hasValue(1);
    }

    @Test
    void a_kick_finds_the_function_going_on() throws Exception {
        boolean[] stood = {true};
        function.doorbell = () -> stood[0] = function.suspended;
        vmm.dmaUnmap(0, 0, RAM_SIZE);
        vmm.write(StubFunction.BAR, StubFunction.DOORBELL, (byte) 1);
        assertThat(stood[0]).isFalse();
    }

    @Test
    void a_VMM_that_takes_memory_away_and_falls_silent_lets_the_function_go_on() throws Exception {
        vmm.dmaUnmap(0, 0, RAM_SIZE);
        Await.until("the function goes on", () -> !function.suspended);
    }

    @Test
    void a_VMM_that_goes_in_the_middle_of_a_change_leaves_nothing_suspended() throws Exception {
        vmm.dmaUnmap(0, 0, RAM_SIZE);
        vmm.close();
        Await.until("the function is idle", () -> function.isIdle() && !function.suspended);
    }
}
