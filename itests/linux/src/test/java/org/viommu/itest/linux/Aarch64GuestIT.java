// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A stock Debian Linux on aarch64 behind the IOMMU, which it finds in a devicetree that we patched. */
class Aarch64GuestIT {
    private static GuestLog log;

    @BeforeAll
    static void runOnce() throws IOException, InterruptedException {
        log = GuestLog.of("linux-aarch64", "linux", "--arch", "aarch64", "--timeout", "1800");
    }

    @Test
    void every_check_passes() {
        assertThat(log.status()).as(log.output()).isZero();
        assertThat(log.output()).containsPattern("PASS: (\\d+) of \\1 checks passed");
    }

    @Test
    void the_driver_finds_the_device_and_its_endpoints_in_the_devicetree() {
        assertThat(log.output())
                .contains("cloud-arm64")
                .doesNotContain("ACPI: VIOT")
                .containsPattern("virtio_iommu virtio\\d: input address: 64 bits")
                .contains("virtio-pci 0000:00:02.0: Adding to iommu group 0")
                .contains("virtio-pci 0000:00:03.0: Adding to iommu group 1");
    }

    @Test
    void what_is_read_and_written_has_equal_checksums_on_both_sides() {
        assertThat(log.output())
                .contains("16 MiB read, SHA-256 equal on both sides")
                .contains("4 MiB written, SHA-256 equal on both sides");
    }
}
