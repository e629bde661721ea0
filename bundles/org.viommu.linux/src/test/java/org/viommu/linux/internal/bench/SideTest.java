// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.check.Guest;
import org.viommu.linux.internal.guest.Console;
import org.viommu.linux.internal.guest.FakeGuest;
import org.viommu.linux.internal.guest.GuestAgent;
import org.viommu.linux.internal.platform.DeviceKeys;

class SideTest {
    private static final List<String> ENDPOINTS = List.of("0000:00:02.0", "0000:00:03.0");
    private static final String GROUPS =
            "ok driver=virtio0 groups=0000:00:02.0/0/DMA-FQ,0000:00:03.0/1/DMA-FQ, packed=";

    @TempDir
    private Path folder;

    private final List<String> requests = new CopyOnWriteArrayList<>();

    private interface Use {
        void of(Side side) throws Exception;
    }

    private void with(UnaryOperator<String> answers, Use use) throws Exception {
        Path socket = folder.resolve("control.sock");
        try (GuestAgent agent = GuestAgent.listen(socket);
                FakeGuest fake = FakeGuest.connect(socket, request -> {
                    requests.add(request);
                    return request.equals("groups") ? GROUPS : answers.apply(request);
                })) {
            assertThat(fake).isNotNull();
            Guest guest = new Guest(agent, new Console(line -> {}), () -> {});
            use.of(Side.prepare("Viommu", guest, ENDPOINTS, new DeviceKeys(false, OptionalInt.empty())));
        }
    }

    @Test
    void the_last_endpoint_goes_to_VFIO_and_the_rest_is_the_disk() throws Exception {
        with(request -> request.startsWith("bind") ? "ok group=1" : "ok count=500 nanos=250000000", side -> {
            assertThat(side.rate(Workload.MAP, 500)).isEqualTo(2_000);
            assertThat(side.rate(Workload.READ, 500)).isEqualTo(2_000);
        });
        assertThat(requests)
                .containsExactly(
                        "groups", "bind 0000:00:03.0", "workload map /dev/vfio/1 500", "workload read /dev/vda 500");
    }

    @Test
    void a_guest_that_cannot_work_ends_the_run_with_its_reason() throws Exception {
        with(
                request -> request.startsWith("bind") ? "ok group=1" : "error VFIO_SET_IOMMU: Operation not permitted",
                side -> assertThatExceptionOfType(CannotRun.class)
                        .isThrownBy(() -> side.rate(Workload.MAP, 500))
                        .withMessage(
                                "Viommu: the guest could not map and unmap 4 KiB: error VFIO_SET_IOMMU: Operation not permitted"));
    }

    @Test
    void an_endpoint_that_VFIO_does_not_get_ends_the_run() {
        assertThatExceptionOfType(CannotRun.class)
                .isThrownBy(() -> with(request -> "error no such device", side -> {}))
                .withMessageContaining("the guest gives no endpoint to VFIO: error no such device");
    }
}
