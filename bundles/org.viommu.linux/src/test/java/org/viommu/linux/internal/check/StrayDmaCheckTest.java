// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.check.Outcome.Result;
import org.viommu.linux.internal.platform.StrayWriter;

@Timeout(300)
class StrayDmaCheckTest {
    private static final String TRANSLATED = "ok driver=virtio0 groups=0000:00:02.0/0/identity,0000:00:03.0/1/DMA-FQ,";

    @TempDir
    private Path folder;

    /** An endpoint 24 whose guest reports every stray write as endpoint {@code reported}. */
    private static StrayWriter writer(CheckBench bench, int reported) {
        return new StrayWriter() {
            @Override
            public String address() {
                return "0000:00:03.0";
            }

            @Override
            public int endpoint() {
                return 24;
            }

            @Override
            public void write(long iova, int length) {
                bench.console()
                        .line("[ 7.0] virtio_iommu virtio0: page fault from EP %d at 0x%x [W]"
                                .formatted(reported, iova));
            }
        };
    }

    @Test
    void a_fault_of_the_endpoint_at_the_address_passes() throws Exception {
        try (CheckBench bench = new CheckBench(folder, request -> TRANSLATED)) {
            Guest guest = bench.guest();

            StrayDmaCheck check = new StrayDmaCheck(guest, writer(bench, 24));

            Outcome outcome = check.run();

            assertThat(outcome.result()).isEqualTo(Result.PASS);
            assertThat(outcome.detail()).contains("virtio_iommu virtio0: page fault from EP 24 at 0xdead00000000 [W]");
            assertThat(new FaultCountCheck(guest, check::provoked).run())
                    .isEqualTo(new Outcome(Result.PASS, "1 provoked, 1 in the guest's log"));
        }
    }

    @Test
    void an_endpoint_that_bypasses_the_iommu_is_not_made_to_stray() throws Exception {
        try (CheckBench bench = new CheckBench(folder, request -> "ok groups=0000:00:03.0/1/identity,")) {
            Guest guest = bench.guest();
            StrayDmaCheck check = new StrayDmaCheck(guest, writer(bench, 24));

            assertThat(check.run())
                    .isEqualTo(new Outcome(Result.SKIP, "0000:00:03.0 may reach all of memory: its group is identity"));

            assertThat(new FaultCountCheck(guest, check::provoked).run().result())
                    .isEqualTo(Result.PASS);
        }
    }

    @Test
    void a_fault_of_another_endpoint_fails() throws Exception {
        try (CheckBench bench = new CheckBench(folder, request -> TRANSLATED)) {
            assertThat(new StrayDmaCheck(bench.guest(), writer(bench, 16)).run().result())
                    .isEqualTo(Result.FAIL);
        }
    }

    @Test
    void a_fault_besides_the_provoked_one_fails_the_count() throws Exception {
        try (CheckBench bench = new CheckBench(folder, request -> TRANSLATED)) {
            Guest guest = bench.guest();
            StrayDmaCheck check = new StrayDmaCheck(guest, writer(bench, 24));
            check.run();
            bench.console().line("virtio_iommu virtio0: page fault from EP 16 at 0xfffff000 [R]");

            Outcome outcome = new FaultCountCheck(guest, check::provoked).run();

            assertThat(outcome.result()).isEqualTo(Result.FAIL);
            assertThat(outcome.detail())
                    .startsWith("1 provoked, 2 in the guest's log")
                    .contains("0xfffff000");
        }
    }
}
