// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command {@code bench guest}: that both sides deliver figures, whatever they are. */
class GuestBenchIT {
    private static final int USAGE = 2;

    private Path temporary;

    @BeforeEach
    void createTemporary() throws IOException {
        temporary = Files.createTempDirectory("vb");
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(temporary).isEmptyDirectory();
        Files.delete(temporary);
    }

    @Test
    void both_sides_deliver_figures_of_both_workloads() throws Exception {
        GuestLog log = GuestLog.of(
                "bench-guest",
                "bench",
                "guest",
                "--rounds",
                "1",
                "--maps",
                "500",
                "--reads",
                "100",
                "--timeout",
                "1800");
        assertThat(log.status()).as(log.output()).isZero();
        assertThat(log.output())
                .containsPattern("warm-up: map and unmap 4 KiB: Viommu [\\d,]+/s, QEMU [\\d,]+/s")
                .containsPattern("round 1 of 1: read 4 KiB from the disk: Viommu [\\d,]+/s, QEMU [\\d,]+/s")
                .containsPattern("viommu: per second, median +Viommu +QEMU +ratio\n")
                .containsPattern("viommu: map and unmap 4 KiB +[1-9][\\d,]* +[1-9][\\d,]* +\\d+\\.\\d\\d\n")
                .containsPattern("viommu: read 4 KiB from the disk +[1-9][\\d,]* +[1-9][\\d,]* +\\d+\\.\\d\\d\n");
    }

    @Test
    void what_is_wrong_on_the_command_line_is_named() throws Exception {
        try (ViommuScript script = ViommuScript.start(temporary, "bench-usage", "bench", "guest", "--rounds", "0")) {
            assertThat(script.awaitEnd()).isEqualTo(USAGE);
            assertThat(script.output()).contains("viommu: --rounds: 0 is not above 0");
        }
    }
}
