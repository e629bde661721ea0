// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viommu.linux.internal.check.Outcome.Result;

@Timeout(300)
class DriverCheckTest {
    @TempDir
    private Path folder;

    private Outcome run(String answer) throws Exception {
        return run(answer, false);
    }

    private Outcome run(String answer, boolean packed) throws Exception {
        try (CheckBench bench = new CheckBench(folder, request -> answer)) {
            return new DriverCheck(bench.guest(), List.of("0000:00:02.0", "0000:00:03.0"), packed).run();
        }
    }

    @Test
    void every_endpoint_in_a_group_passes() throws Exception {
        Outcome outcome = run("ok driver=virtio0 groups=0000:00:02.0/0/DMA-FQ,0000:00:03.0/1/DMA, packed=");

        assertThat(outcome)
                .isEqualTo(
                        new Outcome(
                                Result.PASS,
                                "virtio_iommu has virtio0; 0000:00:02.0 in group 0 (DMA-FQ), 0000:00:03.0 in group 1 (DMA); split rings"));
    }

    @Test
    void an_endpoint_without_a_group_fails() throws Exception {
        Outcome outcome = run("ok driver=virtio0 groups=0000:00:02.0/0/DMA-FQ,");

        assertThat(outcome.result()).isEqualTo(Result.FAIL);
        assertThat(outcome.detail()).contains("0000:00:03.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true|virtio0,virtio1,virtio2,|PASS|packed rings",
                "true|virtio0,virtio2,|FAIL|packed rings were offered; they have: [virtio0, virtio2]",
                "true|''|FAIL|packed rings were offered; they have: []",
                "false|virtio0,|FAIL|packed rings were not offered; they have: [virtio0]"
            })
    void packed_rings_are_everywhere_if_they_are_offered_and_nowhere_else(
            boolean packed, String devices, Result result, String detail) throws Exception {
        Outcome outcome =
                run("ok driver=virtio0 groups=0000:00:02.0/0/DMA,0000:00:03.0/1/DMA, packed=" + devices, packed);

        assertThat(outcome.result()).isEqualTo(result);
        assertThat(outcome.detail()).endsWith(detail);
    }

    @Test
    void a_driver_without_a_device_fails() throws Exception {
        Outcome outcome = run("error the kernel's virtio_iommu driver has no device");

        assertThat(outcome).isEqualTo(new Outcome(Result.FAIL, "error the kernel's virtio_iommu driver has no device"));
    }
}
