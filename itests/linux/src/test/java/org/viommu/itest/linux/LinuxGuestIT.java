// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A stock Debian Linux behind the IOMMU, by the command that users run. Its log is in {@code target}.
 *
 * <p>Without Debian's packages there is no guest and the test is skipped, which it says loudly; not so in CI.
 */
class LinuxGuestIT {
    private static final int USAGE = 2;

    private static String output;
    private static int status;

    private Path temporary;

    @BeforeAll
    static void runOnce() throws IOException, InterruptedException {
        GuestLog log = GuestLog.of("linux", "linux", "--timeout", "1800");
        output = log.output();
        status = log.status();
    }

    @BeforeEach
    void createTemporary() throws IOException {
        temporary = Files.createTempDirectory("vl");
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(temporary).isEmptyDirectory();
        Files.delete(temporary);
    }

    @Test
    void every_check_passes() {
        assertThat(status).as(output).isZero();
        assertThat(output).contains("PASS: 12 of 12 checks passed");
    }

    @Test
    void the_guest_s_own_driver_has_the_device_and_its_endpoints_are_in_groups() {
        assertThat(output)
                .contains("ACPI: VIOT")
                .containsPattern("virtio_iommu virtio\\d: input address: 64 bits")
                .contains("virtio-pci 0000:00:02.0: Adding to iommu group 0")
                .contains("virtio-pci 0000:00:03.0: Adding to iommu group 1");
    }

    @Test
    void what_is_read_and_written_has_equal_checksums_on_both_sides() {
        assertThat(output)
                .contains("16 MiB read, SHA-256 equal on both sides")
                .contains("4 MiB written, SHA-256 equal on both sides");
    }

    @Test
    void a_stray_DMA_is_a_page_fault_in_the_guest_s_log() {
        assertThat(output).containsPattern("\\] virtio_iommu virtio\\d: page fault from EP 24 at 0xdead00000000 \\[W]");
    }

    @Test
    void the_store_is_swapped_under_load_and_nothing_is_lost() {
        assertThat(output)
                .containsPattern("PASS  store swap +12 swaps .radix, tree, resident in turn, .* every checksum equal");
    }

    @Test
    void packed_rings_carry_a_guest_too_and_a_signal_in_the_middle_of_the_work_leaves_nothing_behind()
            throws Exception {
        try (ViommuScript script =
                ViommuScript.start(temporary, "linux-packed", "linux", "--packed", "--timeout", "1800")) {
            script.awaitOutput("checking: store swap");
            assertThat(script.output())
                    .containsPattern("groups: ok driver=virtio\\d groups=\\S+ packed=virtio0,virtio1,virtio2,")
                    .contains("checking: disk read", "checking: disk write", "checking: entropy")
                    .doesNotContain("failed: ");
            ProcessHandle qemu = script.qemu();

            script.handle().destroy();

            assertThat(script.awaitEnd()).isNotZero();
            ViommuScript.awaitEnd(qemu);
        }
    }

    @Test
    void a_run_that_is_killed_takes_QEMU_with_it_and_the_next_one_its_files() throws Exception {
        try (ViommuScript script = ViommuScript.start(temporary, "linux-killed", "linux", "--timeout", "1800")) {
            script.awaitOutput("checking: disk read");
            script.kill();
        }
        assertThat(runFolders()).isNotEmpty();
        try (ViommuScript next = ViommuScript.start(temporary, "linux-next", "linux", "--timeout", "1")) {
            assertThat(next.awaitEnd()).isEqualTo(1);
        }
        assertThat(runFolders()).isEmpty();
        deleteTemporary();
    }

    private List<Path> runFolders() throws IOException {
        try (Stream<Path> folders = Files.list(temporary)) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith("viommu-run-"))
                    .toList();
        }
    }

    /** What the framework of a killed process keeps of its bundles stays. */
    private void deleteTemporary() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        Files.createDirectory(temporary);
    }

    @Test
    void an_option_that_does_not_exist_is_named() throws Exception {
        try (ViommuScript script = ViommuScript.start(temporary, "linux-usage", "linux", "--bogus")) {
            assertThat(script.awaitEnd()).isEqualTo(USAGE);
            assertThat(script.output()).contains("viommu: Unknown option: '--bogus'");
        }
    }

    @Test
    void help_lists_the_options() throws Exception {
        try (ViommuScript script = ViommuScript.start(temporary, "linux-help", "linux", "--help")) {
            assertThat(script.awaitEnd()).isZero();
            assertThat(script.output()).contains("--interactive", "--kernel", "--disk", "--memory", "--append");
        }
    }
}
